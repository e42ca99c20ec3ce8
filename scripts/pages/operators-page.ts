// docs/operators.md: which operators of ONNX and layers of tfjs are read, kept or refused, from the tables that readers use.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignModel } from '../../network/foreign-models.ts';
import { CONSTANT_READERS } from '../../network/onnx/fold-constants.ts';
import { NODE_READERS } from '../../network/onnx/node-values.ts';
import { SHAPE_RULES } from '../../network/onnx/op-shapes.ts';
import { NEVER_KEPT } from '../../network/onnx/read-any.ts';
import { ARITHMETIC_READERS } from '../../network/onnx/read-arithmetic.ts';
import { ARRANGE_READERS } from '../../network/onnx/read-arrange.ts';
import { CHANNEL_READERS } from '../../network/onnx/read-channels.ts';
import { CONVOLUTION_READERS } from '../../network/onnx/read-convolutions.ts';
import { DENSE_READERS } from '../../network/onnx/read-dense.ts';
import { ELEMENTWISE_READERS } from '../../network/onnx/read-elementwise.ts';
import { NORMALIZATION_READERS } from '../../network/onnx/read-normalization.ts';
import { NORM_READERS } from '../../network/onnx/read-norms.ts';
import { CONTROL_FLOW } from '../../network/onnx/read-op.ts';
import { PAD_READERS } from '../../network/onnx/read-pads.ts';
import { POOL_READERS } from '../../network/onnx/read-pools.ts';
import { QUANTIZATION_READERS } from '../../network/onnx/read-quantized.ts';
import { RESIZING_READERS } from '../../network/onnx/read-resizing.ts';
import { AXIS_RULES } from '../../network/op-axis-rules.ts';
import { FLOPS } from '../../network/op-flops.ts';
import { ACTIVATION_READERS } from '../../network/tfjs/activations.ts';
import { CONVOLUTION_READERS as CONVOLUTION_LAYERS } from '../../network/tfjs/convolutions.ts';
import { JOIN_READERS } from '../../network/tfjs/joins.ts';
import { ACTIVATIONS } from '../../network/tfjs/layer-options.ts';
import { TRAINING_READERS } from '../../network/tfjs/normalization.ts';
import { LAYER_READERS } from '../../network/tfjs/read-layers-model.ts';
import { RESHAPE_READERS } from '../../network/tfjs/reshapes.ts';
import { SPATIAL_READERS } from '../../network/tfjs/spatial-layers.ts';
import { cell, codeCell, markdownTable } from './page-markdown.ts';

type Readers = Readonly<Record<string, unknown>>;

/** By file of `network/onnx/`. */
const ONNX_GROUPS: Readonly<Record<string, Readers>> = {
  'read-convolutions.ts': CONVOLUTION_READERS,
  'read-dense.ts': DENSE_READERS,
  'read-pools.ts': POOL_READERS,
  'read-elementwise.ts': ELEMENTWISE_READERS,
  'read-arithmetic.ts': ARITHMETIC_READERS,
  'read-normalization.ts': NORMALIZATION_READERS,
  'read-norms.ts': NORM_READERS,
  'read-pads.ts': PAD_READERS,
  'read-resizing.ts': RESIZING_READERS,
  'read-arrange.ts': ARRANGE_READERS,
  'read-channels.ts': CHANNEL_READERS,
  'read-quantized.ts': QUANTIZATION_READERS,
};

/** By file of `network/tfjs/`. */
const TFJS_GROUPS: Readonly<Record<string, Readers>> = {
  'spatial-layers.ts': SPATIAL_READERS,
  'convolutions.ts': CONVOLUTION_LAYERS,
  'normalization.ts': TRAINING_READERS,
  'activations.ts': ACTIVATION_READERS,
  'joins.ts': JOIN_READERS,
  'reshapes.ts': RESHAPE_READERS,
};

/** Files of others, one of each form. */
const FOREIGN = [
  'model.keras',
  'model.h5',
  'model.pt',
  'model.tflite',
  'model.pb',
  'saved_model/saved_model.pb',
  'model.mlmodel',
  'model.ort',
  'model.engine',
];

const sorted = (names: Iterable<string>) => [...names].sort();
const listed = (names: readonly string[]) => (names.length === 0 ? '–' : names.map(codeCell).join(' '));

/** What a file says of itself in its first line, without the words that all of them have. */
function subjectOf(root: string, path: string): string {
  const [line = ''] = readFileSync(join(root, path), 'utf8').split('\n');
  return line
    .replace(/^\/\/ (ONNX )?/, '')
    .replace(/^Layers of tfjs/, 'layers')
    .replace(/[.:]$/, '');
}

function missingFrom(all: Readers, groups: Readonly<Record<string, Readers>>): string[] {
  const grouped = new Set(Object.values(groups).flatMap((readers) => Object.keys(readers)));
  return Object.keys(all).filter((name) => !grouped.has(name));
}

/** An operator that our reader refuses in some form is kept, where a rule tells the shape of what it makes. */
const isKeptElse = (name: string) => Object.hasOwn(SHAPE_RULES, name) && !NEVER_KEPT.has(name);

function onnxTable(root: string): string {
  const rows = Object.entries(ONNX_GROUPS).map(([file, readers]) => {
    const path = `network/onnx/${file}`;
    const names = sorted(Object.keys(readers));
    return [
      cell(subjectOf(root, path)),
      listed(names.filter(isKeptElse)),
      listed(names.filter((name) => !isKeptElse(name))),
      `[${file}](../${path})`,
    ];
  });
  return markdownTable(['what', 'read; kept where of another form', 'read; else refused', 'reader'], rows);
}

function keptTable(): string {
  const kept = sorted(Object.keys(SHAPE_RULES).filter((name) => !Object.hasOwn(NODE_READERS, name)));
  const rows = [true, false].flatMap((flops) =>
    [true, false].map((widths) => {
      const own = kept.filter(
        (name) => Object.hasOwn(FLOPS, name) === flops && Object.hasOwn(AXIS_RULES, name) === widths,
      );
      return { own, row: [listed(own), flops ? 'counted' : '0', widths ? 'vary' : 'stay as they are'] };
    }),
  );
  return markdownTable(
    ['operators', 'FLOPs', 'widths of what it reads and makes'],
    rows.filter(({ own }) => own.length > 0).map(({ row }) => row),
  );
}

function tfjsTable(root: string): string {
  const rows = Object.entries(TFJS_GROUPS).map(([file, readers]) => {
    const path = `network/tfjs/${file}`;
    return [cell(subjectOf(root, path)), listed(sorted(Object.keys(readers))), `[${file}](../${path})`];
  });
  return markdownTable(['what', 'classes', 'reader'], rows);
}

/**
 * The page of a checkout.
 * @throws Error for a reader that is in none of its tables
 */
export function operatorsPage(root: string): string {
  const missing = [...missingFrom(NODE_READERS, ONNX_GROUPS), ...missingFrom(LAYER_READERS, TFJS_GROUPS)];
  if (missing.length > 0) throw new Error(`docs/operators.md has no place for ${missing.join(', ')}`);
  const constants = sorted(Object.keys(CONSTANT_READERS));
  const bothWays = sorted(Object.keys(FLOPS)).filter((name) => Object.hasOwn(NODE_READERS, name));
  const foreign = FOREIGN.map((name) => [codeCell(name), cell(foreignModel(name)?.fix ?? '')]);
  return `# Operators

Which operators of ONNX and which layers of tfjs and Keras are read, and as what. This page is made of the readers' own tables by
one command, \`npm run -s doc-pages\`; a test holds it to them.

## ONNX

A node is read in one of three ways, tried in this order:

1. **As a layer of ours**: its channels have widths, and it is lowered and fused as each engine does it. (What tf.layers lacks
   does not train: the message of \`train\` names it.)
2. **Kept as \`op:Name\`**: the operator with its attributes and operands, a kernel class of its own, with its bytes. Predicted,
   measured and calibrated; \`--engine onnxruntime\` alone runs it; exported as it was. This needs the shape of what it makes: by
   a rule of ours, or by the file's \`value_info\` (\`onnx.shape_inference.infer_shapes\` writes it), which goes for
   operators of other domains too.
3. **Refused**, by the name of the node, with what to do: control flow (${listed(sorted(CONTROL_FLOW))}), sequences and optionals,
   operators on whole numbers (\`QLinearConv\`, \`MatMulInteger\` and the like; 8 bits are read in QDQ form), and what neither of
   the first two can.

### Layers of ours

${onnxTable(root)}

Of those, ${listed(bothWays)} have their FLOPs counted where they are kept.

### Kept

${keptTable()}

### Computed of constants

Operators whose inputs are all constants are computed when the file is read, within limits
([fold-budget.ts](../network/onnx/fold-budget.ts)):

${listed(constants)}

## tfjs and Keras

Every class of another name is refused by it.

${tfjsTable(root)}

Activations, as layers or as names within layers, in snake_case or camelCase:

${listed(Object.keys(ACTIVATIONS).filter((name) => !name.startsWith('hard_sigmoid_')))}

\`hard_sigmoid\` is Keras 2's and tfjs's (slope 0.2), in files of Keras 3 that of Keras 3 (slope ⅙).

## Files of others

They are not read; the message names the command that converts them:

${markdownTable(['file', 'what to do'], foreign)}
`;
}
