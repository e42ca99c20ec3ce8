// Native parts of engines that no npm package holds, by the name that `engines --install` takes.
type Installer = (report: (line: string) => void) => Promise<string>;

export const INSTALLERS: Readonly<Record<string, Installer>> = {
  async tensorflow(report) {
    const { installTensorflow } = await import('../profiler/engines/tensorflow/install.ts');
    return installTensorflow(report);
  },
  async 'onnxruntime-cuda'(report) {
    const { installOnnxruntimeCuda } = await import('../profiler/engines/onnxruntime/install-cuda.ts');
    return installOnnxruntimeCuda(report);
  },
};
