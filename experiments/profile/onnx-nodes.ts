// Which nodes of an ONNX file the kernels of a profile compute.
import { absorbedLayers } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';
import { asLayerName } from '../../network/onnx/layer-name.ts';
import type { NodeProto } from '../../network/onnx/model.ts';
import type { MeasuredForm, ProfiledLayer } from './network-profile.ts';

/** The kernels of a node: with their times where it is the first that they compute. */
export interface NodeKernels {
  readonly rows: readonly ProfiledLayer[];
  /** Whether their time stands at another node: this one is fused into it. */
  readonly isFused: boolean;
}

/** Names that a node's layer may have, as read from it: its own, then those of its tensors. */
function namesOf({ name, output }: NodeProto): string[] {
  return [name, ...output].filter((text) => text !== '').map(asLayerName);
}

/** `conv/pad/a` → itself, `conv/pad`, `conv`: a layer that takes several nodes has its name before theirs. */
function prefixes(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, cut) => parts.slice(0, parts.length - cut).join('/'));
}

/**
 * The kernels of each node, in the order of the nodes; null for those that no kernel computes (reshapes, constants).
 * Each kernel's time stands at one node.
 * @param network that was read of the file, or that it was written of
 */
export function nodeKernels(
  { layers: rows, form }: Pick<MeasuredForm, 'layers' | 'form'>,
  nodes: readonly NodeProto[],
  network: Network,
): (NodeKernels | null)[] {
  const absorbed = absorbedLayers(network);
  /** Rows by the layer that names them, and by each that they compute. */
  const named = new Map<string, ProfiledLayer[]>();
  const computing = new Map<string, ProfiledLayer[]>();
  for (const row of rows) {
    const [first = row.name] = row.layers;
    named.set(first, [...(named.get(first) ?? []), row]);
    for (const layer of row.layers) if (!computing.has(layer)) computing.set(layer, [row]);
  }
  const rowsOf = (node: NodeProto): { layer: string; rows: ProfiledLayer[] } | null => {
    const own = [node.name, ...node.output, ...namesOf(node)];
    // Only our own files name nodes after layers so.
    const names = form === 'deployed' ? [...own, ...namesOf(node).flatMap(prefixes)] : own;
    for (const name of names) {
      const layer = absorbed.get(name) ?? name;
      const found = named.get(layer) ?? computing.get(layer);
      if (found !== undefined) return { layer, rows: found };
    }
    return null;
  };
  const told = new Set<ProfiledLayer>();
  const found = nodes.map(rowsOf);
  // Where a node of a kernel's own name comes behind one fused into it, its own has the time.
  const owners = new Map<ProfiledLayer, number>();
  found.forEach((each, index) => {
    if (each !== null && named.has(each.layer))
      for (const row of each.rows) if (!owners.has(row)) owners.set(row, index);
  });
  return found.map((each, index): NodeKernels | null => {
    if (each === null) return null;
    const own = each.rows.filter((row) => !told.has(row) && (owners.get(row) ?? index) === index);
    for (const row of own) told.add(row);
    return own.length > 0 ? { rows: own, isFused: false } : { rows: each.rows, isFused: true };
  });
}
