// A server of data files on this machine, which can be told to misbehave.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface DataServer {
  /** Ends with a slash; of the server once it runs. */
  url: string;
  readonly files: Map<string, Uint8Array>;
  /** `Range` headers of the requests so far, 'all' for those without. */
  readonly requests: string[];
  /** The next answer stops after so many bytes, until it is cut. */
  cutAfter: number | undefined;
  cut: () => void;
  /** Whether parts are answered; else always all of a file. */
  ranges: boolean;
}

/** A server that runs during the tests of a file. */
export function dataServer(): DataServer {
  const data: DataServer = {
    url: '',
    files: new Map(),
    requests: [],
    cutAfter: undefined,
    cut() {},
    ranges: true,
  };
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const bytes = data.files.get((request.url ?? '').slice(1));
      const range = request.headers.range;
      data.requests.push(range ?? 'all');
      if (bytes === undefined) return void response.writeHead(404).end('none');
      const from = data.ranges && range !== undefined ? Number(/\d+/.exec(range)?.[0]) : 0;
      const body = bytes.subarray(from);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
      if (data.cutAfter === undefined) return void response.end(body);
      const part = body.subarray(0, data.cutAfter);
      data.cutAfter = undefined;
      response.write(part);
      data.cut = () => void response.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    data.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  beforeEach(() => {
    data.files.clear();
    data.requests.length = 0;
    data.cutAfter = undefined;
    data.ranges = true;
  });
  afterAll(() => new Promise((resolve) => void server.close(resolve)));
  return data;
}
