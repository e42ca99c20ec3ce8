// The Vulkan loader and drivers that Dawn needs on Linux; SwiftShader where there is no GPU.
import { existsSync, readdirSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';

const LOADER = 'libvulkan.so.1';
/** Where Debian's chromium package keeps a Vulkan loader and SwiftShader, a Vulkan driver that computes on the CPU. */
const CHROMIUM = '/usr/lib/chromium';
const SOFTWARE_DRIVER = join(CHROMIUM, 'vk_swiftshader_icd.json');
/** Of dlfcn.h on Linux; not among Node's constants. */
const RTLD_NODELETE = 0x1000;

/** What brings a Vulkan adapter, for availability messages. */
export const VULKAN_REMEDY =
  "install the GPU's Vulkan driver and libvulkan1 (for tests without a GPU: apt-get install chromium, which brings SwiftShader)";

/** Folders in which the Vulkan loader looks for drivers (LoaderDriverInterface.md of Vulkan-Loader). */
function driverFolders(): string[] {
  const list = (value: string | undefined, usual: string) => (value || usual).split(':');
  const { XDG_CONFIG_HOME, XDG_CONFIG_DIRS, XDG_DATA_HOME, XDG_DATA_DIRS } = process.env;
  return [
    ...list(XDG_CONFIG_HOME, join(homedir(), '.config')),
    ...list(XDG_CONFIG_DIRS, '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...list(XDG_DATA_HOME, join(homedir(), '.local', 'share')),
    ...list(XDG_DATA_DIRS, '/usr/local/share:/usr/share'),
  ].map((folder) => join(folder, 'vulkan', 'icd.d'));
}

function hasDriver(): boolean {
  if ((process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES) !== undefined) return true;
  return driverFolders().some(
    (folder) => existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.json')),
  );
}

/**
 * Loads the Vulkan loader of the system, else chromium's, into this process, where libraries that look for it by name
 * then find it: they do not look in chromium's folder.
 */
function loadLoader(): boolean {
  return [LOADER, join(CHROMIUM, LOADER)].some((path) => {
    try {
      process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
      return true;
    } catch (error) {
      // It is loaded and stays; Node only misses an addon in it.
      return error instanceof Error && error.message.includes('did not self-register');
    }
  });
}

/**
 * Looks, before a library does and prints its warnings, for what it needs to use Vulkan, and makes it findable in this
 * process.
 * @returns what is missing: null on Linux with a loader and a driver, and on systems that have other interfaces to GPUs
 */
export function prepareVulkan(): string | null {
  if (process.platform !== 'linux') return null;
  if (!loadLoader()) return `no Vulkan loader (${LOADER})`;
  return hasDriver() ? null : 'no Vulkan driver for a GPU';
}

/**
 * Points the Vulkan loader at SwiftShader for the rest of the process, unless the user chose drivers.
 * @returns whether SwiftShader is there to be found
 */
export function useSoftwareVulkan(): boolean {
  const chosen = process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES;
  if (process.platform !== 'linux' || chosen !== undefined || !existsSync(SOFTWARE_DRIVER)) return false;
  process.env.VK_ICD_FILENAMES = SOFTWARE_DRIVER;
  return true;
}
