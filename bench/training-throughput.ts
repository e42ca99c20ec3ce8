// Training images a second of inception-32, batch 64, on every engine here and in Keras and PyTorch where a Python has
// them: PYTHON=/path/to/python npm run bench -- training-throughput. Contenders are processes of their own that take turns;
// a ratio is the median over turns.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { generateTexturedShapes } from '../experiments/data/index.ts';
import { imagesPerSecond } from '../experiments/train/training-rate.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { openTrainingEngine } from '../profiler/engines/training.ts';

const NETWORK = 'inception-32';
const BATCH = 64;
const TURNS = 5;
/** Steps of a turn, and those of them before the clock starts. */
const STEPS = 12;
const WARM_UPS = 3;
const ENGINES = ['tensorflow', 'wasm'];
const FRAMEWORKS = ['keras', 'torch', 'torch-channels-last'];
const PYTHON_SCRIPT = join(import.meta.dirname, '..', '..', 'bench', 'training-throughput.py');

/** Answers each line with the images a second of a turn. */
async function serve(engine: string): Promise<void> {
  const training = await openTrainingEngine(engine);
  const network = zooNetwork(NETWORK);
  const data = generateTexturedShapes({ trainCount: STEPS * BATCH, testCount: BATCH, seed: 1 });
  for await (const _ of createInterface({ input: process.stdin })) {
    const rate = await imagesPerSecond(training.tf, network, data, {
      batch: BATCH,
      seed: 1,
      warmUps: WARM_UPS,
    });
    process.stdout.write(`rate ${rate}\n`);
  }
  await training.close();
}

interface Contender {
  readonly name: string;
  readonly child: ChildProcess;
  readonly lines: Interface;
  readonly rates: number[];
}

/** One turn; null where the process ended instead of answering. */
function turn({ child, lines }: Contender): Promise<number | null> {
  return new Promise((resolve) => {
    const listen = (line: string) => {
      const [, rate] = /^rate ([\d.]+)$/.exec(line) ?? [];
      if (rate !== undefined) finish(Number(rate));
    };
    const finish = (rate: number | null) => {
      lines.off('line', listen);
      lines.off('close', gone);
      resolve(rate);
    };
    const gone = () => finish(null);
    lines.on('line', listen);
    lines.once('close', gone);
    child.stdin?.write('go\n');
  });
}

function start(name: string, command: string, args: readonly string[]): Contender {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  // What cannot start is told by its end.
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  return { name, child, lines: createInterface({ input: child.stdout as NodeJS.ReadableStream }), rates: [] };
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const [, , flag, engine] = process.argv;
if (flag === '--serve' && engine !== undefined) {
  await serve(engine);
} else {
  const python = process.env.PYTHON ?? 'python3';
  const description = JSON.stringify(zooNetwork(NETWORK));
  const contenders = [
    ...ENGINES.map((name) =>
      start(name, process.execPath, [fileURLToPath(import.meta.url), '--serve', name]),
    ),
    ...FRAMEWORKS.map((name) =>
      start(name, python, [PYTHON_SCRIPT, name, description, String(BATCH), String(STEPS), String(WARM_UPS)]),
    ),
  ];
  const running = new Set(contenders);
  for (let round = 0; round < TURNS; round++) {
    for (const contender of contenders.filter((each) => running.has(each))) {
      const rate = await turn(contender);
      if (rate === null) running.delete(contender);
      else contender.rates.push(rate);
    }
  }
  const [first] = contenders;
  for (const { name, child, rates } of contenders) {
    child.kill();
    if (rates.length < TURNS) {
      process.stdout.write(`${name.toUpperCase()} NOT MEASURED: its process ended\n`);
      continue;
    }
    const ratios = rates.map((rate, round) => rate / (first?.rates[round] ?? Number.NaN));
    process.stdout.write(
      `${name}: ${median(rates).toFixed(0)} images/s, ${median(ratios).toFixed(2)}× ${ENGINES[0]}\n`,
    );
  }
}
