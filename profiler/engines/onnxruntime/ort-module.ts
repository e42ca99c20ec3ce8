// The package onnxruntime-node, imported only when asked for.

export type OrtModule = typeof import('onnxruntime-node');

/** @throws the loader's own error where the package or its native library is missing */
export async function importOnnxruntime(): Promise<OrtModule> {
  const specifier = 'onnxruntime-node';
  const module = (await import(specifier)) as OrtModule & { default?: OrtModule };
  return module.default ?? module;
}
