// A program run to its end, with its lines; installers use it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ToolResult {
  /** Null where there is no such program. */
  readonly status: number | null;
  /** Standard output and standard error, in the order of their lines. */
  readonly lines: readonly string[];
}

/**
 * Runs a program to its end, without a shell.
 * @param options `onOutput` takes the lines of its standard output as they come
 */
export function runTool(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; onOutput?: (line: string) => void } = {},
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const { onOutput, ...where } = options;
    const child = spawn(file, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        if (stream === child.stdout) onOutput?.(line);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ status: null, lines });
      else reject(error);
    });
    child.on('close', (code) => resolve({ status: code ?? 1, lines }));
  });
}

const NETWORK_ERROR =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|socket hang up|status ?code ?=? ?(403|407|5\d\d)|tunneling socket/i;

/** The line in which a tool says that it did not reach the internet, if there is one. */
export function networkError(lines: readonly string[]): string | undefined {
  return lines.find((line) => NETWORK_ERROR.test(line))?.trim();
}
