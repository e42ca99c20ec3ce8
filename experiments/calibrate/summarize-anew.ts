// Networks and kernels of a run summarized anew from its rounds and loads, so that better statistics can be had of old samples.

import { rulesNamed } from '../../network/lowering/rules.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { NetworkCase } from '../../profiler/timing/measure-load.ts';
import { summarizeNetworks } from '../../profiler/timing/measure-networks.ts';
import { kernelRow, networkRow } from '../../profiler/timing/measurement-rows.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import { groupBy } from '../../records/group-by.ts';
import type { MeasurementFiles } from '../../records/measurement-files.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import { EarlierRows } from '../samples/earlier-loads.ts';
import { type DrawnSample, isProfiled, sampleId } from '../samples/family.ts';

/** Rows of networks.csv and kernels.csv. */
export interface Summaries {
  readonly networks: readonly NetworkRecord[];
  readonly kernels: readonly KernelRecord[];
}

/**
 * What the rounds of a run say by today's statistics. Blocks of which a network has no rounds, as in packed measurements,
 * stay as they were summarized.
 * @param drawn the sample of a row
 */
export function summarizedAnew(
  files: MeasurementFiles,
  drawn: (record: NetworkRecord) => DrawnSample,
  engine: EngineDescription,
  batch: number,
): Summaries {
  const rules = rulesNamed(engine.rules);
  const earlier = new EarlierRows(files, new Set());
  const kernelsOf = groupBy(files.kernels.read(), sampleId);
  const networks: NetworkRecord[] = [];
  const kernels: KernelRecord[] = [];
  for (const records of groupBy(files.networks.read(), ({ block }) => block).values()) {
    const cases = records.map((record): NetworkCase => {
      const { proposed, family, widths } = drawn(record);
      return {
        id: sampleId(record),
        network: resizeNetwork(family.plan, widths),
        profiled: isProfiled(proposed),
      };
    });
    const { samples, kernels: loads } = earlier.of(cases, rules, batch);
    const samplesOf = groupBy(samples, ({ id }) => id);
    if (cases.some(({ id }) => !samplesOf.has(id))) {
      networks.push(...records);
      kernels.push(...records.flatMap((record) => kernelsOf.get(sampleId(record)) ?? []));
      continue;
    }
    const measured = summarizeNetworks(
      cases,
      cases.map(({ id }) => ({ samples: samplesOf.get(id) ?? [], kernels: loads.get(id) ?? [] })),
      null,
      { rules, batch },
    );
    for (const [index, own] of measured.networks.entries()) {
      const record = records[index] as NetworkRecord;
      const { network, sample, role, sentinel_us: sentinelUs } = record;
      const { drift, pacing } = measured;
      networks.push(networkRow(record, { drift, sentinelUs, pacing }, own));
      kernels.push(
        ...own.kernels.map((kernel) => kernelRow({ network, sample, role, clock: engine.clock }, kernel)),
      );
    }
  }
  return { networks, kernels };
}
