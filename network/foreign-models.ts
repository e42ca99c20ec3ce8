// Model files of other frameworks: what they are, and the command that converts each to a file that is read here.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../records/user-error.ts';

/** What is said of a model in a form that is not read. */
interface ForeignForm {
  readonly what: string;
  /** @param path as a shell takes it */
  readonly fix: (path: string) => string;
}

const THEN = 'and name FOLDER/model.json';
const torch = (what: string): ForeignForm => ({
  what,
  fix: () => 'export it in Python: torch.onnx.export(model, example_input, "model.onnx")',
});
const tf2onnx = (what: string, flags: (path: string) => string): ForeignForm => ({
  what,
  fix: (path) => `convert it: python -m tf2onnx.convert ${flags(path)} --output model.onnx`,
});
const keras = (what: string, format: string): ForeignForm => ({
  what,
  fix: (path) =>
    `convert it: tensorflowjs_converter --input_format=${format} --output_format=tfjs_layers_model ${path} FOLDER, ${THEN}`,
});

/** By the end of the name. */
const FORMS: readonly (readonly [RegExp, ForeignForm])[] = [
  [/\.keras$/i, keras('a Keras file', 'keras_keras')],
  [/\.(h5|hdf5)$/i, keras('an HDF5 file of Keras', 'keras')],
  [/\.(pt|pth|pt2|ckpt|safetensors|torchscript)$/i, torch('weights of PyTorch')],
  [
    /\.bin$/i,
    {
      what: 'weights without a network',
      fix: () =>
        'name the model.json beside it, or export the PyTorch model: torch.onnx.export(model, example_input, "model.onnx")',
    },
  ],
  [/\.tflite$/i, tf2onnx('a TensorFlow Lite file', (path) => `--tflite ${path}`)],
  [
    /\.pb$/i,
    tf2onnx('a graph of TensorFlow', (path) => `--graphdef ${path} --inputs INPUT:0 --outputs OUTPUT:0`),
  ],
  [
    /\.(mlmodel|mlpackage)$/i,
    { what: 'a Core ML file', fix: () => 'export the model that it was made of to ONNX' },
  ],
  [
    /\.ort$/i,
    { what: "a file in ONNX Runtime's own format", fix: () => 'name the .onnx file it was made of' },
  ],
  [
    /\.(engine|plan|trt)$/i,
    { what: 'a TensorRT engine', fix: () => 'name the .onnx file that it was built of' },
  ],
];

/** What lies in a folder that was named for a model. */
function folderForm(path: string): ForeignForm {
  const has = (name: string) => existsSync(join(path, name));
  if (has('saved_model.pb') || has('saved_model.pbtxt')) {
    return tf2onnx('a SavedModel folder of TensorFlow', (folder) => `--saved-model ${folder}`);
  }
  const file = ['model.json', 'model.onnx'].find(has);
  if (file !== undefined) return { what: 'a folder', fix: () => `name ${join(path, file)}` };
  return { what: 'a folder', fix: () => 'name the model file in it' };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function formOf(path: string): ForeignForm | undefined {
  const [, form] = FORMS.find(([ending]) => ending.test(path)) ?? [];
  if (form !== undefined && path.endsWith('saved_model.pb')) {
    return tf2onnx('the graph of a SavedModel', () => `--saved-model ${quoted(join(path, '..'))}`);
  }
  return form ?? (isFolder(path) ? folderForm(path) : undefined);
}

/** As a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The error for a model of another framework, or for a folder; undefined for any other name. */
export function foreignModel(path: string): UserError | undefined {
  const form = formOf(path);
  if (form === undefined) return undefined;
  return new UserError({
    got: `${path}, ${form.what}`,
    expected: 'an ONNX file (.onnx) or the model.json of a layers model of tfjs',
    fix: form.fix(quoted(path)),
  });
}
