import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';

export type Colour = readonly [red: number, green: number, blue: number];

/** A directory of the running test's own, removed after it. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'morphline-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes an image of one colour, as JPEG or PNG by the name's ending, and makes its folder. */
export async function writeImage(path: string, colour: Colour, height = 4, width = 4): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const [r, g, b] = colour;
  await sharp({ create: { width, height, channels: 3, background: { r, g, b } } }).toFile(path);
}

/** Writes one image per name, each `[red = 10 * its place, 100, 200]`. */
export async function writeImages(directory: string, names: readonly string[]): Promise<void> {
  for (const [place, name] of names.entries())
    await writeImage(join(directory, name), [10 * place, 100, 200]);
}
