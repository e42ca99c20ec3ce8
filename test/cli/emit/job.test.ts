import type { Job as KubernetesJob } from 'kubernetes-types/batch/v1.js';
import { describe, expect, test } from 'vitest';
import { jobText, withoutOwnFlags } from '../../../cli/emit/job.ts';
import { kubernetesJob } from '../../../cli/emit/kubernetes.ts';
import type { ShardedJob } from '../../../cli/emit/sharded-job.ts';
import { shellWord, slurmScript } from '../../../cli/emit/slurm.ts';
import { morphline } from '../run-cli.ts';

const JOB: ShardedJob = {
  args: ['study', '--samples', '200', '--network', "it's"],
  tasks: 4,
  threads: 2,
  container: 'registry/morphline:1',
  program: ['morphline'],
};

describe('a job', () => {
  test('has the command without what is for this machine alone', () => {
    const args = [
      'study',
      '--emit',
      'slurm',
      '--samples=5',
      '--tasks=3',
      '--shard',
      '0/2',
      '--out',
      'runs/x',
    ];
    expect(withoutOwnFlags(args)).toEqual(['study', '--samples=5', '--out', 'runs/x']);
    expect(withoutOwnFlags(['study', '--container=a/b', '--quiet'])).toEqual(['study', '--quiet']);
  });

  test('for Kubernetes is of the types that it publishes: indexed, each pod told how many there are', () => {
    const { metadata, spec }: KubernetesJob = kubernetesJob({ ...JOB, container: 'registry/morphline:1' });
    expect(metadata?.name).toBe('morphline-study');
    expect(spec).toMatchObject({ completions: 4, parallelism: 4, completionMode: 'Indexed' });
    const [container] = spec?.template.spec?.containers ?? [];
    expect(container?.command?.slice(-3)).toEqual(['--shard', 'auto', '--quiet']);
    expect(container?.env).toEqual([{ name: 'MORPHLINE_SHARDS', value: '4' }]);
    expect(container?.resources?.limits).toEqual(container?.resources?.requests);
    expect(() => jobText('kubernetes', { ...JOB, container: null })).toThrow(/without --container/);
  });

  test('for Slurm quotes what a shell would read otherwise', () => {
    const script = slurmScript(JOB);
    expect(script).toContain('#SBATCH --array=0-3\n');
    expect(script).toContain('#SBATCH --cpus-per-task=2\n');
    expect(script).toContain(`--network 'it'\\''s' --shard auto --quiet\n`);
    expect(shellWord('a b;$(c)')).toBe("'a b;$(c)'");
    expect(shellWord('runs/x-1.json')).toBe('runs/x-1.json');
  });

  test('is printed by study and sweep, which then do nothing else', async () => {
    const args = ['--emit', 'slurm', '--tasks', '3', '--samples', '10', '--device', 'p100'];
    const { stdout, status } = await morphline(['study', ...args]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^#!\/bin\/bash\n/);
    expect(stdout).toMatch(/^exec \S+ \S*main\.js study --samples 10 --device p100 --shard auto --quiet$/m);
    const refused = await morphline(['study', '--emit', 'kubernetes', '--device', 'p100']);
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toMatch(/^morphline: got --emit kubernetes without --container; /);
  });
});
