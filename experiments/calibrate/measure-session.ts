// Measures what a calibration's plan names: the first networks, then those chosen by what they would tell.
import { join } from 'node:path';
import { z } from 'zod';
import {
  type ProposedSample,
  proposedSample,
  proposeOthers,
  proposeSamples,
  proposeTableSamples,
} from '../../calibration/propose/propose-samples.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import { decidedOnce } from '../../records/run-file.ts';
import { partOf } from '../progress.ts';
import type { Family } from '../samples/family.ts';
import { measureSamples } from '../samples/measure-samples.ts';
import type { SessionOptions } from './calibrate-options.ts';
import type { DecidedPlan } from './plan.ts';
import type { Session } from './session.ts';
import { targetedSamples } from './targeted-samples.ts';

/** Taken even if the machine turns out slower than on trial; the plan is made for more. */
const LEAST = { leastLoads: 2, minRounds: 4 } as const;
/** Taken at the most, however much time is left. */
const MOST = { loads: 12, maxRounds: 96 } as const;
/**
 * Networks that are less sure go on alone, and where none is, the session ends before its budget: a perfect model would
 * be off by 0.8 % against them, and more loads would no longer change the model.
 */
const STANDARD_ERROR = 0.01;

/** The networks that a plan names before anything was measured. */
function firstSamples(
  { families, probes, others }: Session,
  plan: DecidedPlan,
  table: boolean,
): ProposedSample[] {
  const names = [...families.keys()];
  return [
    ...[...probes.keys()].map(
      (network, sample) => ({ network, sample, role: 'probe', law: 'probe' }) as const,
    ),
    ...(table ? proposeTableSamples(names[0] as string, plan) : proposeSamples(names, plan)),
    ...proposeOthers([...others.keys()]),
  ];
}

/** What both parts of a session share. */
function commonOptions({ measurer, families }: Session, { batch, seed, out }: SessionOptions) {
  const [sentinelFamily] = families.values();
  return {
    measurer,
    batch,
    seed,
    out,
    ...LEAST,
    ...MOST,
    precision: { standardError: STANDARD_ERROR, mostLoads: MOST.loads },
    sentinelFamily: sentinelFamily as Family,
  };
}

/** Share of the session's progress that the targeted networks are. */
const targetedShare = ({ targetedSeconds }: DecidedPlan, { budgetSeconds }: SessionOptions) =>
  Math.min(0.5, targetedSeconds / budgetSeconds);

/** Measures probes, networks to fit, choose and report, and those of other families. */
export async function measureFirst(
  session: Session,
  plan: DecidedPlan,
  options: SessionOptions,
  deadlineMs: number,
): Promise<void> {
  await measureSamples({
    ...commonOptions(session, options),
    samples: firstSamples(session, plan, options.table).map(session.draw),
    deadlineMs: deadlineMs - plan.targetedSeconds * 1e3,
    onProgress: partOf(options.onProgress, 0, 1 - targetedShare(plan, options)),
  });
}

/** Measures the networks that tell most about what the first ones left uncertain, if the plan has any. */
export async function measureTargeted(
  session: Session,
  plan: DecidedPlan,
  options: SessionOptions,
  deadlineMs: number,
): Promise<void> {
  if (plan.targeted === 0) return;
  const { out, seed, batch } = options;
  const { families, measurer } = session;
  const files = measurementFiles(out);
  const targeted = await decidedOnce(join(out, 'targeted.json'), z.array(proposedSample), async () =>
    targetedSamples(files.kernels.read(), families, {
      count: plan.targeted,
      seed,
      batch,
      rules: measurer.rules,
    }),
  );
  await measureSamples({
    ...commonOptions(session, options),
    samples: targeted.map(session.draw),
    firstBlock: 1 + Math.max(0, ...files.networks.read().map(({ block }) => block)),
    deadlineMs,
    onProgress: partOf(options.onProgress, 1 - targetedShare(plan, options), 1),
  });
}
