// The steps of a GPU session, what matters most first, each with its share of the time.

/** One run of a command; what it leaves is kept, whatever becomes of the next. */
export interface SessionStep {
  readonly name: string;
  /** Of a script of dist/scripts, or of the command line. */
  readonly program: 'engine-check' | 'morphline';
  /** `OUT` stands for the session's folder. */
  readonly args: readonly string[];
  /** Most that it may take; it is killed then, and has written what it measured. */
  readonly limitSeconds: number;
  /** Where its standard output goes, inside the session's folder. */
  readonly stdout: string;
}

/** What a session works on. */
export interface SessionSize {
  /** That are calibrated. */
  readonly engines: readonly [string, ...string[]];
  /** Whose outputs and kernels are checked first. */
  readonly checkedEngines: readonly string[];
  readonly network: string;
  readonly checked: readonly string[];
  readonly validate: readonly string[];
  readonly calibrateSeconds: number;
  readonly repeatSeconds: number;
  readonly ceilingsSeconds: number;
  readonly samples: number;
  readonly measured: number;
  readonly studySeconds: number;
  /** A budget is overrun by starting, loading and fitting. */
  readonly slackSeconds: number;
}

/** Ten minutes on a GPU. */
export const GPU_SIZE: SessionSize = {
  engines: ['webgpu', 'onnxruntime:webgpu'],
  checkedEngines: ['webgpu', 'onnxruntime:webgpu'],
  network: 'inception-v2',
  checked: ['inception-32', 'mobilenet-v1-32', 'resnet-v1-32'],
  validate: ['resnet-50', 'mobilenet-v1-1.0'],
  calibrateSeconds: 100,
  repeatSeconds: 25,
  ceilingsSeconds: 30,
  samples: 1000,
  measured: 100,
  studySeconds: 90,
  slackSeconds: 45,
};

/**
 * The same, small, to see without a GPU that all of it works: engines are checked on a software adapter, which takes
 * minutes for what is left to measure; that is measured on the CPU.
 */
export const TOY_SIZE: SessionSize = {
  engines: ['onnxruntime'],
  checkedEngines: ['webgpu', 'onnxruntime:webgpu'],
  network: 'inception-32',
  checked: ['mobilenet-v1-32'],
  validate: [],
  calibrateSeconds: 5,
  repeatSeconds: 3,
  ceilingsSeconds: 5,
  samples: 20,
  measured: 4,
  studySeconds: 10,
  slackSeconds: 60,
};

/** The steps, in the order of what matters most. */
export function sessionSteps(size: SessionSize): SessionStep[] {
  const { engines, network, validate, slackSeconds } = size;
  const folder = (engine: string) => `calibrate-${engine.replace(':', '-')}`;
  const morphline = (name: string, args: readonly string[], limitSeconds: number): SessionStep => ({
    name,
    program: 'morphline',
    args: [...args, '--quiet', '--json'],
    limitSeconds: limitSeconds + slackSeconds,
    stdout: `${name}.json`,
  });
  const calibrations = engines.map((engine, at) =>
    morphline(
      folder(engine),
      [
        'calibrate',
        '--engine',
        engine,
        '--network',
        network,
        '--budget',
        `${size.calibrateSeconds}s`,
        ...(at === 0 && validate.length > 0 ? ['--validate', ...validate] : []),
        '--out',
        `OUT/${folder(engine)}`,
      ],
      size.calibrateSeconds,
    ),
  );
  const [first, ...others] = engines;
  const repeat = (engine: string) =>
    morphline(
      `repeat-${engine.replace(':', '-')}`,
      ['profile', network, '--engine', engine, '--repeat', '--budget', `${size.repeatSeconds}s`],
      size.repeatSeconds,
    );
  return [
    {
      name: 'engines',
      program: 'morphline',
      args: ['engines', '--json'],
      limitSeconds: 60,
      stdout: 'engines.json',
    },
    ...size.checkedEngines.map(
      (engine): SessionStep => ({
        name: `check-${engine.replace(':', '-')}`,
        program: 'engine-check',
        args: [engine, ...size.checked],
        limitSeconds: 30 + slackSeconds,
        stdout: `check-${engine.replace(':', '-')}.json`,
      }),
    ),
    calibrations[0] as SessionStep,
    repeat(first),
    morphline(
      'study',
      [
        'study',
        '--network',
        network,
        '--samples',
        `${size.samples}`,
        '--measure',
        `${size.measured}`,
        '--engine',
        first,
        '--device',
        'p100',
        'v100',
        `OUT/${folder(first)}/device.json`,
        '--out',
        'OUT/study',
      ],
      size.studySeconds,
    ),
    ...calibrations.slice(1),
    morphline(
      'ceilings',
      ['ceilings', '--engine', first, '--budget', `${size.ceilingsSeconds}s`, '--out', 'OUT/ceilings'],
      size.ceilingsSeconds,
    ),
    ...others.map(repeat),
  ];
}
