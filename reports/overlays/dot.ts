// A measured network as a graph in Graphviz's language, coloured by time.
import type { ProfiledLayer } from '../../experiments/profile/network-profile.ts';
import type { Network } from '../../network/network.ts';
import { percent } from '../number-format.ts';
import { heat } from './heat.ts';
import type { ShownForm } from './node-figures.ts';

/** A quoted string, of any text. */
function quoted(text: string): string {
  const shown = text.replace(/\p{Cc}/gu, ' ');
  return `"${shown.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Lines of a label, each centred. */
function label(lines: readonly string[]): string {
  return `"${lines.map((line) => quoted(line).slice(1, -1)).join('\\n')}"`;
}

function timeText(us: number): string {
  return us >= 1e3 ? `${(us / 1e3).toPrecision(3)} ms` : `${us.toPrecision(3)} µs`;
}

/** What is drawn as one box: the kernels of a layer, and the layers that they compute. */
interface Box {
  readonly name: string;
  readonly layers: Set<string>;
  readonly rows: ProfiledLayer[];
}

/** Boxes by the layer that names them; layers that no kernel computes have their own, without kernels. */
function boxesOf(
  { layers }: ShownForm,
  network: Network,
): { boxes: Map<string, Box>; boxOf: Map<string, Box> } {
  const known = new Set(network.layers.map(({ name }) => name));
  const boxes = new Map<string, Box>();
  const boxOf = new Map<string, Box>();
  for (const row of layers) {
    const name = row.layers[0] ?? row.name;
    // A reorder is named after the layer whose tensor it reorders, which another's kernel may compute.
    const box = (known.has(name) ? boxOf.get(name) : undefined) ??
      boxes.get(name) ?? { name, layers: new Set<string>(), rows: [] };
    boxes.set(box.name, box);
    box.rows.push(row);
    for (const layer of row.layers) {
      box.layers.add(layer);
      if (known.has(layer) && !boxOf.has(layer)) boxOf.set(layer, box);
    }
  }
  for (const { name } of network.layers) {
    if (boxOf.has(name)) continue;
    const box = { name, layers: new Set([name]), rows: [] };
    boxes.set(name, box);
    boxOf.set(name, box);
  }
  return { boxes, boxOf };
}

const timeOf = ({ rows }: Box) => rows.reduce((sum, { latency_us }) => sum + latency_us, 0);

function node(id: string, box: Box, form: ShownForm, longestUs: number): string {
  const { name, rows, layers } = box;
  if (rows.length === 0) return `  ${id} [label=${label([name])}, style="rounded,dashed"];`;
  const us = timeOf(box);
  const flops = rows.reduce((sum, row) => sum + (row.flops ?? 0), 0);
  const others = [...layers].filter((layer) => layer !== name);
  const { fill, text } = heat(longestUs > 0 ? us / longestUs : 0);
  const lines = [
    others.length === 0 ? name : `${name} + ${others.length} more`,
    rows.map(({ kind }) => kind).join(' + '),
    `${timeText(us)} · ${percent(us / form.latency_us, 1)}`,
    ...(flops > 0 ? [`${(flops / us / 1e3).toPrecision(3)} GFLOP/s`] : []),
  ];
  const tooltip = [...layers].join(' + ');
  return `  ${id} [label=${label(lines)}, tooltip=${quoted(tooltip)}, fillcolor="${fill}", fontcolor="${text}"];`;
}

/**
 * The network as a digraph: a box for the kernels of each layer with what they took, edges where tensors go. Kernels that
 * the lowering does not foresee stand alone.
 * @param network as deployed: the layers that the kernels are of
 */
export function dotGraph(form: ShownForm, network: Network, title: string): string {
  const { boxes, boxOf } = boxesOf(form, network);
  const ids = new Map([...boxes.values()].map((box, index) => [box, `n${index}`]));
  const longestUs = Math.max(0, ...[...boxes.values()].map(timeOf));
  const edges = new Set<string>();
  for (const { name, inputs } of network.layers) {
    for (const input of inputs) {
      const [from, to] = [boxOf.get(input), boxOf.get(name)];
      if (from !== undefined && to !== undefined && from !== to)
        edges.add(`  ${ids.get(from)} -> ${ids.get(to)};`);
    }
  }
  return [
    'digraph {',
    `  graph [label=${label([title])}, labelloc=t, fontname="Helvetica", ranksep=0.3, nodesep=0.25];`,
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica", fontsize=10, color="#9aa1ab"];',
    '  edge [arrowsize=0.6, color="#6a727d"];',
    ...[...boxes.values()].map((box) => node(ids.get(box) as string, box, form, longestUs)),
    ...edges,
    '}',
    '',
  ].join('\n');
}
