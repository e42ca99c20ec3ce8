// A command's shards as an indexed job of Kubernetes.
import type { ShardedJob } from './sharded-job.ts';

/** Where pods have the volume that all of them share. */
const SHARED = '/work';
/** Name of its claim. */
const CLAIM = 'morphline';
/** A pod that is evicted is started again, and resumes. */
const RETRIES_EACH = 3;

/**
 * A manifest of `batch/v1` (its test holds it to the types that Kubernetes publishes). CPUs asked for and allowed are equal and whole, so that a node whose kubelet pins them
 * (`cpu-manager-policy=static`) gives them to the pod alone.
 */
export function kubernetesJob({
  args,
  tasks,
  threads,
  container,
}: ShardedJob & { readonly container: string }) {
  const [name = ''] = args;
  const resources = { cpu: String(threads), memory: '4Gi' };
  return {
    apiVersion: 'batch/v1' as const,
    kind: 'Job' as const,
    metadata: { name: `morphline-${name}`, labels: { 'app.kubernetes.io/name': 'morphline' } },
    spec: {
      completions: tasks,
      parallelism: tasks,
      completionMode: 'Indexed',
      backoffLimit: RETRIES_EACH * tasks,
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'morphline' } },
        spec: {
          restartPolicy: 'OnFailure',
          containers: [
            {
              name: 'morphline',
              image: container,
              command: ['morphline', ...args, '--shard', 'auto', '--quiet'],
              workingDir: SHARED,
              env: [{ name: 'MORPHLINE_SHARDS', value: String(tasks) }],
              resources: { requests: resources, limits: resources },
              volumeMounts: [{ name: 'shared', mountPath: SHARED }],
            },
          ],
          volumes: [{ name: 'shared', persistentVolumeClaim: { claimName: CLAIM } }],
        },
      },
    },
  };
}
