import { expect, test } from 'vitest';
import { ENGINES, engineChoices, openEngine, trainingEngines } from '../../../profiler/engines/registry.ts';
import { openTrainingEngine } from '../../../profiler/engines/training.ts';

const names = ENGINES.map(({ name }) => name);

test.each([
  ['cuda', `got engine 'cuda'; expected one of ${names.join(', ')}; see \`morphline engines\``],
  [
    'onnxruntime:metal',
    "got provider 'metal' of engine onnxruntime; expected one of cpu, webgpu, cuda; correct what stands behind the colon of --engine onnxruntime:…",
  ],
  [
    'wasm:webgpu',
    "got provider 'webgpu' of engine wasm; expected a provider only of an engine with several (onnxruntime); write --engine wasm",
  ],
])('an engine that there is not, %s, is refused with those there are', async (choice, message) => {
  await expect(openEngine(choice, { threads: 1 })).rejects.toThrow(message);
});

test('an engine that does not train is refused with those that do', async () => {
  expect(trainingEngines()).not.toContain('onnxruntime');
  await expect(openTrainingEngine('onnxruntime')).rejects.toThrow(
    `got training engine 'onnxruntime'; expected one of ${trainingEngines().join(', ')}; leave --engine out`,
  );
});

test('choices are the engines in the order of the list, each with its other providers behind it', () => {
  const choices = engineChoices();
  expect(choices.filter((choice) => !choice.includes(':'))).toEqual(names);
  const at = choices.indexOf('onnxruntime');
  expect(choices.slice(at, at + 3)).toEqual(['onnxruntime', 'onnxruntime:webgpu', 'onnxruntime:cuda']);
});
