import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isModelFile, openModelFile } from '../../network/model-file.ts';
import { ZOO } from '../../network/zoo/index.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();

function folderWith(name: string, ...files: string[]): string {
  mkdirSync(join(folder, name), { recursive: true });
  for (const file of files) writeFileSync(join(folder, name, file), '');
  return join(folder, name);
}

const EXPECTED = 'expected an ONNX file (.onnx) or the model.json of a layers model of tfjs';

test.each<[string, () => string, string, (path: string) => string]>([
  [
    'Keras',
    () => 'my.keras',
    'a Keras file',
    () =>
      'convert it: tensorflowjs_converter --input_format=keras_keras --output_format=tfjs_layers_model my.keras FOLDER, and name FOLDER/model.json',
  ],
  [
    'HDF5',
    () => 'my model.H5',
    'an HDF5 file of Keras',
    () =>
      "convert it: tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model 'my model.H5' FOLDER, and name FOLDER/model.json",
  ],
  [
    'PyTorch',
    () => 'a/best.pt',
    'weights of PyTorch',
    () => 'export it in Python: torch.onnx.export(model, example_input, "model.onnx")',
  ],
  [
    'PyTorch, spelled out',
    () => 'best.pth',
    'weights of PyTorch',
    () => 'export it in Python: torch.onnx.export(model, example_input, "model.onnx")',
  ],
  [
    'TensorFlow Lite',
    () => 'm.tflite',
    'a TensorFlow Lite file',
    () => 'convert it: python -m tf2onnx.convert --tflite m.tflite --output model.onnx',
  ],
  [
    'a frozen graph',
    () => 'frozen.pb',
    'a graph of TensorFlow',
    () =>
      'convert it: python -m tf2onnx.convert --graphdef frozen.pb --inputs INPUT:0 --outputs OUTPUT:0 --output model.onnx',
  ],
  [
    'a SavedModel folder',
    () => folderWith('saved', 'saved_model.pb'),
    'a SavedModel folder of TensorFlow',
    (path) => `convert it: python -m tf2onnx.convert --saved-model ${path} --output model.onnx`,
  ],
  [
    'the graph in it',
    () => join(folderWith('saved', 'saved_model.pb'), 'saved_model.pb'),
    'the graph of a SavedModel',
    () => `convert it: python -m tf2onnx.convert --saved-model ${join(folder, 'saved')} --output model.onnx`,
  ],
  [
    'the folder of a model.json',
    () => folderWith('tfjs', 'model.json', 'w.bin'),
    'a folder',
    (path) => `name ${join(path, 'model.json')}`,
  ],
  ['any other folder', () => folderWith('other', 'notes.txt'), 'a folder', () => 'name the model file in it'],
  [
    'weights alone',
    () => 'pytorch_model.bin',
    'weights without a network',
    () =>
      'name the model.json beside it, or export the PyTorch model: torch.onnx.export(model, example_input, "model.onnx")',
  ],
])('%s is named, with what converts it', (_, make, what, fix) => {
  const path = make();
  expect(isModelFile(path)).toBe(true);
  expect(() => openModelFile(path)).toThrow(`got ${path}, ${what}; ${EXPECTED}; ${fix(path)}`);
});

test('zoo names are none of them', () => {
  for (const name of Object.keys(ZOO)) expect(isModelFile(name)).toBe(false);
});
