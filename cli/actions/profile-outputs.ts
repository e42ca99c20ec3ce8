// Files that `profile` writes for other viewers: traces, and the network with its times on it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import type { MeasuredForm, NetworkProfile } from '../../experiments/profile/network-profile.ts';
import { type NodeKernels, nodeKernels } from '../../experiments/profile/onnx-nodes.ts';
import { FileBytes } from '../../network/byte-source.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import { weightFiles } from '../../network/model-file-parts.ts';
import type { Network } from '../../network/network.ts';
import { decodeModel, type NodeProto } from '../../network/onnx/model.ts';
import { withNodeMetadata } from '../../network/onnx/node-metadata.ts';
import { oneLine } from '../../records/one-line.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { dotGraph } from '../../reports/overlays/dot.ts';
import { nodeData } from '../../reports/overlays/node-data.ts';
import { nodeMetadata } from '../../reports/overlays/node-metadata.ts';
import { svgGraph } from '../../reports/overlays/svg.ts';
import { traceOf } from '../../reports/overlays/trace-events.ts';
import { percent } from '../terminal.ts';

export interface OutputFlags {
  readonly trace?: string;
  readonly overlay?: readonly string[];
}

/** What was profiled, for its overlays. */
export interface Shown {
  readonly profile: NetworkProfile;
  readonly network: Network;
  /** The file that was timed as it is. */
  readonly file?: string;
  /** The ONNX file of the network deployed. */
  exported(): Uint8Array;
}

const ENDINGS: ReadonlySet<string> = new Set(['.json', '.onnx', '.dot', '.svg']);

/** @throws UserError for weights in other files, which the copy would not find */
function refuseApart(file: string, overlay: string): void {
  const [weights] = weightFiles(file, new FileBytes(file));
  if (weights === undefined || dirname(resolve(file)) === dirname(resolve(overlay))) return;
  throw new UserError({
    got: `--overlay ${oneLine(overlay)} of ${oneLine(file)}, whose weights are in ${oneLine(weights)}`,
    expected: 'a file in the same folder',
    fix: `name one in ${dirname(file)}`,
  });
}

/**
 * Refuses, before anything is measured, what could not be written.
 * @param model as the command names it
 * @throws UserError for another ending, for the model's own name, and for an .onnx file apart from its weights
 */
export function checkOutputs(
  model: string,
  { trace, overlay = [], deployed }: OutputFlags & { readonly deployed?: boolean },
): void {
  const outputs = [...(trace === undefined ? [] : [trace]), ...overlay];
  const own = outputs.find((path) => resolve(path) === resolve(model));
  if (own !== undefined) {
    throw new UserError({
      got: `${oneLine(own)}, the model itself, to be written`,
      expected: 'another file',
      fix: 'rename the output',
    });
  }
  const wrong = overlay.find((path) => !ENDINGS.has(extname(path).toLowerCase()));
  if (wrong !== undefined) {
    throw new UserError({
      got: `--overlay ${oneLine(wrong)}`,
      expected: 'a name ending in .json (Model Explorer), .onnx (Netron), .dot or .svg',
      fix: 'rename the output',
    });
  }
  const isOwn = deployed !== true && /\.onnx$/i.test(model) && existsSync(model);
  for (const path of overlay) if (isOwn && /\.onnx$/i.test(path)) refuseApart(model, path);
}

/** Nodes of an ONNX file, with the kernels of each. */
interface Nodes {
  readonly bytes: Uint8Array;
  readonly nodes: readonly NodeProto[];
  readonly kernels: readonly (NodeKernels | null)[];
}

/** Says which kernels no node of the file stands for. */
function tellUnplaced({ layers, kernels_us }: MeasuredForm, kernels: readonly (NodeKernels | null)[]): void {
  const placed = new Set(kernels.flatMap((each) => (each === null || each.isFused ? [] : each.rows)));
  const missing = layers.filter((row) => !placed.has(row));
  if (missing.length === 0) return;
  const us = missing.reduce((sum, { latency_us }) => sum + latency_us, 0);
  process.stderr.write(
    `${missing.length} kernels (${percent(us / kernels_us)} of the kernels' time) are of no node of the file: ${oneLine(missing[0]?.name ?? '')}${missing.length > 1 ? ', …' : ''}\n`,
  );
}

/** The nodes of the ONNX file that was profiled, or of the network as it would be exported. */
function nodesOf({ profile, network, file, exported }: Shown): Nodes {
  const bytes = file === undefined ? exported() : readFileSync(file);
  const { nodes } = decodeModel(bytes, file ?? profile.network);
  const kernels = nodeKernels(profile, nodes, network);
  tellUnplaced(profile, kernels);
  return { bytes, nodes, kernels };
}

function timesByNode(
  nodes: readonly NodeProto[],
  kernels: readonly (NodeKernels | null)[],
): Map<string, number> {
  const times = new Map<string, number>();
  nodes.forEach(({ name, output }, index) => {
    const each = kernels[index];
    const key = name === '' ? output[0] : name;
    if (each === undefined || each === null || each.isFused || key === undefined) return;
    times.set(
      key,
      each.rows.reduce((sum, { latency_us }) => sum + latency_us, times.get(key) ?? 0),
    );
  });
  return times;
}

async function writeOverlay(path: string, shown: Shown, nodesOnce: () => Nodes): Promise<void> {
  const ending = extname(path).toLowerCase();
  const { profile, network } = shown;
  if (ending === '.dot' || ending === '.svg') {
    const { engine, threads, batch, latency_us } = profile;
    const title = `${profile.network} on ${engine} ×${threads}, batch ${batch}: ${(latency_us / 1e3).toPrecision(4)} ms`;
    const dot = dotGraph(profile, deployedNetwork(network), title);
    writeFileAtomic(path, ending === '.dot' ? dot : await svgGraph(dot));
    return;
  }
  const { bytes, nodes, kernels } = nodesOnce();
  if (ending === '.json') {
    writeFileAtomic(path, `${JSON.stringify(nodeData(timesByNode(nodes, kernels)), null, 2)}\n`);
    return;
  }
  const annotated = withNodeMetadata(bytes, (node) => {
    const each = kernels[node];
    return each === undefined || each === null ? null : nodeMetadata(each.rows, each.isFused);
  });
  writeFileAtomic(path, annotated);
}

/** Writes what the flags ask for. @throws UserError as {@link checkOutputs} */
export async function writeOutputs({ trace, overlay = [] }: OutputFlags, shown: Shown): Promise<void> {
  if (trace !== undefined) writeFileAtomic(trace, `${JSON.stringify(traceOf(shown.profile))}\n`);
  let nodes: Nodes | undefined;
  const nodesOnce = () => {
    nodes ??= nodesOf(shown);
    return nodes;
  };
  for (const path of overlay) await writeOverlay(path, shown, nodesOnce);
}
