// Where ONNX Runtime runs kernels, by the names that follow `onnxruntime:`.

/** The first is the default. */
export const PROVIDER_NAMES = ['cpu', 'webgpu', 'cuda'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];
export const DEFAULT_PROVIDER: ProviderName = PROVIDER_NAMES[0];
