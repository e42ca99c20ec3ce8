import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ENGINES } from '../../profiler/engines/registry.ts';
import { networkError, runTool } from '../../profiler/engines/run-tool.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const environment = { ...process.env };

afterEach(() => {
  process.env = { ...environment };
});

const adapter = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['gpu', 'cpu', 'software']),
  driver: z.string().min(1),
});
const engine = z.discriminatedUnion('available', [
  z.strictObject({
    name: z.string(),
    available: z.literal(true),
    reason: z.null(),
    remedy: z.null(),
    adapters: z.array(adapter).min(1),
    trains: z.boolean(),
  }),
  z.strictObject({
    name: z.string(),
    available: z.literal(false),
    reason: z.string().min(1),
    remedy: z.string().min(1),
    adapters: z.tuple([]),
    trains: z.boolean(),
  }),
]);

describe('morphline engines', () => {
  test('--json tells of every engine, and nothing else', async () => {
    const { status, stdout } = await morphline(['engines', '--json']);
    expect(status).toBe(0);
    const engines = z.array(engine).parse(JSON.parse(stdout));
    expect(engines.map(({ name, trains }) => [name, trains])).toEqual(
      ENGINES.map(({ name, openTraining }) => [name, openTraining !== undefined]),
    );
  });

  test('without a Vulkan driver, tells the reason and what brings one', async () => {
    process.env.VK_DRIVER_FILES = join(folder, 'none.json');
    const { status, stdout } = await morphline(['engines']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^webgpu +– +not here/m);
    expect(stdout).toMatch(/^webgpu: no .*\n {2}to get it: .*libvulkan1/m);
    expect(stdout).toMatch(/by default \w+ measures and \w+ trains/);
  });

  test('--install of something unknown lists what there is', async () => {
    const { status, stderr } = await morphline(['engines', '--install', 'cuda']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Allowed choices are tensorflow, onnxruntime-cuda/);
  });

  test.skipIf(process.platform !== 'linux')(
    '--install tensorflow without a compiler says so in one line',
    async () => {
      const tensorflow = join(folder, 'tensorflow-native', 'tensorflow');
      mkdirSync(join(tensorflow, 'include'), { recursive: true });
      for (const library of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
        writeFileSync(join(tensorflow, library), '');
      process.env.XDG_CACHE_HOME = folder;
      process.env.PYTHON = join(folder, 'no-python3');
      process.env.CXX = join(folder, 'no-compiler');
      const { status, stdout, stderr } = await morphline(['engines', '--install', 'tensorflow']);
      const lines = stderr.trimEnd().split('\n');
      expect(lines.at(-1)).toMatch(
        /^morphline: got no C\+\+ compiler \(.*no-compiler\); expected one, to link .*; apt-get install g\+\+, then run /,
      );
      expect(lines).toHaveLength(2);
      expect(stdout).toBe('');
      expect(status).toBe(2);
    },
  );
});

describe('a tool run by the installers', () => {
  test('is recognized when it is not there or has no way to the internet', async () => {
    expect(await runTool(join(folder, 'nothing'), [])).toEqual({ status: null, lines: [] });
    const seen: string[] = [];
    const failing = 'console.log("begins"); throw new Error("getaddrinfo ENOTFOUND api.nuget.org")';
    const { status, lines } = await runTool(process.execPath, ['-e', failing], {
      onOutput: (line) => seen.push(line),
    });
    expect(status).toBe(1);
    expect(seen).toEqual(['begins']);
    expect(networkError(lines)).toMatch(/ENOTFOUND api\.nuget\.org/);
    expect(networkError(['* Building TensorFlow Node.js bindings', 'gyp ERR! find Python'])).toBeUndefined();
  });
});
