// The npm packages that run tfjs on libtensorflow, found without loading them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Either of them, the first that is there. */
export const TENSORFLOW_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** A package that runs tfjs on libtensorflow. */
export interface TensorflowPackage {
  readonly name: (typeof TENSORFLOW_PACKAGES)[number];
  readonly version: string;
  readonly folder: string;
  /** Where its native addon belongs. */
  readonly addon: string;
  readonly hasAddon: boolean;
}

/** Looks for the packages without loading them: a missing library prints pages and throws. */
export function tensorflowPackages(): TensorflowPackage[] {
  const require = createRequire(import.meta.url);
  const napi = Math.min(8, Number(process.versions.napi));
  return TENSORFLOW_PACKAGES.flatMap((name) => {
    let manifest: string;
    try {
      manifest = require.resolve(`${name}/package.json`);
    } catch {
      return [];
    }
    const folder = dirname(manifest);
    const addon = join(folder, 'lib', `napi-v${napi}`, 'tfjs_binding.node');
    const { version } = require(manifest) as { version: string };
    return [{ name, version, folder, addon, hasAddon: existsSync(addon) }];
  });
}

/** What installs a package that native parts can then be added to. */
export const TENSORFLOW_PACKAGE_REMEDY = `npm install ${TENSORFLOW_PACKAGES[0]} --ignore-scripts`;
