// Times of a network's nodes as node data of Google's Model Explorer.
import { COLD, DARK_TEXT, HOT, LIGHT_TEXT } from './heat.ts';

/**
 * Data of one graph, as Model Explorer's node_data_builder.py (GraphNodeData) writes it: values by the id of a node or the
 * name of a tensor that it makes, and colours between the least and the largest.
 */
export interface NodeData {
  readonly results: Readonly<Record<string, { readonly value: number }>>;
  readonly gradient: readonly {
    readonly stop: number;
    readonly bgColor: string;
    readonly textColor: string;
  }[];
}

/** @param times of nodes by name, in µs */
export function nodeData(times: ReadonlyMap<string, number>): NodeData {
  return {
    // Of entries, not of assignments: a node may be called __proto__.
    results: Object.fromEntries([...times].map(([name, value]) => [name, { value }])),
    gradient: [
      { stop: 0, bgColor: COLD, textColor: DARK_TEXT },
      { stop: 1, bgColor: HOT, textColor: LIGHT_TEXT },
    ],
  };
}
