// Random versions of a model: FLOPs against latency, predicted and measured: node study.mjs MODEL [OUT] [SAMPLES] [MEASURED] [ENGINE]
import { openDevice, readModelFile, study } from 'morphline';

const [model, out = 'runs/study', samples = '200', measured = '20', engine = 'wasm'] = process.argv.slice(2);
if (model === undefined)
  throw new Error('node study.mjs MODEL: the .onnx file or the model.json of your model');

const { network } = readModelFile(model);
const summary = await study({
  network,
  samples: Number(samples),
  devices: [openDevice('p100'), openDevice('v100')],
  measure: { count: Number(measured), engine },
  out,
  onProgress: ({ fraction, text }) => process.stderr.write(`${Math.round(100 * fraction)} %  ${text}\n`),
});

const shown = ({ spearman }) =>
  spearman === null ? 'too few to tell' : `rank correlation ${spearman.toFixed(3)}`;
for (const each of summary.flops_against_predicted)
  console.log(`FLOPs against ${each.column} of ${summary.samples} networks: ${shown(each)}`);
const here = summary.measured;
for (const each of here?.against_measured ?? [])
  console.log(
    `${each.column} against the latency of ${here.networks} networks on ${here.engine} here: ${shown(each)}`,
  );
