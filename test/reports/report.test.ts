import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type ReportData, renderReport } from '../../reports/index.ts';
import { checkData, comparisonData, explanationData } from './decision-fixture.ts';
import { calibrationData, reportData, studyData, trainingData } from './report-fixture.ts';

const TAGS =
  /^(?:html|head|meta|title|style|body|header|main|section|footer|nav|h[123]|p|a|b|strong|br|wbr|code|span|i|ul|li|dl|div|dt|dd|figure|figcaption|details|summary|table|colgroup|col|thead|tbody|tr|th|td|svg|g|path|line|text|circle|rect)$/;
const ATTRIBUTES =
  /^(?:lang|data-(?:series|signal|label|options)|tabindex|charset|http-equiv|content|name|id|class|style|href|scope|role|aria-label|width|height|viewBox|transform|d|x|y|x1|x2|y1|y2|cx|cy|r|fill|fill-opacity|stroke|stroke-[a-z]+|opacity|text-anchor|font-size|font-weight)$/;

/** Every tag with its attributes; fails on a < that starts none, or on a tag or attribute that the report never writes. */
function tagsOf(document: string): { name: string; attributes: Map<string, string> }[] {
  const tags = [];
  for (const { index } of document.matchAll(/</g)) {
    const tag = /^<(\/?)([a-zA-Z]\w*)((?: [\w:-]+(?:="[^"]*")?)*)\/?>/.exec(document.slice(index));
    if (tag === null) {
      expect(document.slice(index, index + 15)).toBe('<!doctype html>');
      continue;
    }
    const [, , name = '', rest = ''] = tag;
    expect(name).toMatch(TAGS);
    const attributes = new Map(
      [...rest.matchAll(/ ([\w:-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    );
    for (const key of attributes.keys()) expect(key).toMatch(ATTRIBUTES);
    tags.push({ name, attributes });
  }
  return tags;
}

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(1)> & </svg></style> onload="x`;
/** Keys of closed sets that the report branches on; the schemas let nothing else in. */
const CLOSED = new Set(['chosen', 'rung', 'role', 'stage', 'kind', 'clock', 'verdict', 'cause', 'limit']);
/** Keys that are free text themselves: columns of a study, sampling laws. */
const FREE_KEY = /^(?:v100_us|calibrated_us|uniform|log-uniform)$/;

/** The data with every free text, as a value or as a key, made hostile and marked with its key. */
function attacked(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return CLOSED.has(key) ? value : `${HOSTILE}${key}`;
  if (Array.isArray(value)) return value.map((item) => attacked(item, key));
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const isTrained = 'test_accuracy' in value && 'name' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      FREE_KEY.test(name) ? `${HOSTILE}column` : name,
      isTrained && name === 'name' ? item : attacked(item, name),
    ]),
  );
}

/** Texts of the page's compressed blocks. */
function packedBlocks(document: string, attributes: string): string[] {
  const blocks = document.matchAll(
    new RegExp(`<script type="application/gzip"${attributes}>([A-Za-z0-9+/=]*)</script>`, 'g'),
  );
  return [...blocks].map(([, base64 = '']) => gunzipSync(Buffer.from(base64, 'base64')).toString('utf8'));
}

describe('the report', () => {
  test('without scripts it asks for nothing: no script, no link out, no image, and a policy that forbids them', async () => {
    const document = await renderReport(reportData(), { script: false });
    const tags = tagsOf(document);
    expect(document).not.toMatch(/https?:|url\(|@import|<script|<link|<img|javascript:/i);
    for (const { attributes } of tags) {
      const target = attributes.get('href');
      if (target !== undefined) expect(target).toMatch(/^#[a-z]+-\d+$/);
    }
    expect(document).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`,
    );
  });

  test('runs the scripts whose hashes its policy names, and no others', async () => {
    const document = await renderReport(reportData());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(document)?.[1] ?? '';
    const allowed = [...policy.matchAll(/'(sha256-[^']+)'/g)].map(([, hash]) => hash);
    const scripts = [...document.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    const runtime = packedBlocks(document, ' data-runtime');
    const hashes = [...scripts, ...runtime].map(
      (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`,
    );
    expect(hashes).toEqual(allowed);
    expect(scripts.length).toBeGreaterThan(3);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|\*|https?:/);
    const blocks = packedBlocks(document, '');
    for (const json of blocks) JSON.parse(json);
    expect(document.match(/<script/g)?.length).toBe(scripts.length + runtime.length + blocks.length);
  });

  test('links to sections that are there, each id once', async () => {
    const tags = tagsOf(await renderReport(reportData(), { script: false }));
    const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? []);
    const targets = tags.flatMap(({ attributes }) => attributes.get('href') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const mapped = targets.slice(-ids.length);
    expect(mapped).toEqual(ids.map((id) => `#${id}`));
    for (const target of targets) expect(mapped).toContain(target);
  });

  test('escapes every text of its data', async () => {
    const decisions = {
      comparisons: [comparisonData()],
      explanations: [explanationData()],
      checks: [checkData()],
    };
    const data = attacked(reportData(decisions)) as ReportData;
    const whole = await renderReport(data);
    // What is hostile in it is compressed, and read as JSON alone.
    expect(packedBlocks(whole, '').length).toBeGreaterThan(3);
    for (const json of packedBlocks(whole, '')) JSON.parse(json);
    const document = await renderReport(data, { script: false });
    tagsOf(document);
    expect(document).not.toContain('<script');
    expect(document).not.toContain('<img');
    for (const key of [
      ...[
        'title',
        'version',
        'generatedAt',
        'directory',
        'name',
        'engine',
        'adapter',
        'provider',
        'processor',
      ],
      ...[
        'operatingSystem',
        'model',
        'vendor',
        'networks',
        'reason',
        'op',
        'law',
        'layer',
        'network',
        'view',
      ],
      ...['target', 'device', 'cost_unit', 'origin', 'measured_on', 'trained_on', 'column'],
    ]) {
      expect(document, key).toContain(`onload=&quot;x${key}`);
    }
  });

  test('is the same bytes for the same data', async () => {
    const [first, second] = [await renderReport(reportData()), await renderReport(reportData())];
    expect(first === second).toBe(true);
  });

  test('draws every number: no NaN, Infinity or undefined', async () => {
    expect(await renderReport(reportData(), { script: false })).not.toMatch(
      /NaN|Infinity|undefined|\[object/,
    );
  });

  test('shows a section for each kind of data, in order', async () => {
    const document = await renderReport(reportData());
    expect([...document.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
      'Machine and engine',
      'Roofline',
      'How wrong each model is',
      'Predicted and measured',
      'Do FLOPs tell the latency?',
      'Layer by layer',
      'What does a channel cost?',
      'Training for the device',
      'Which way to make it faster?',
      'How this was made',
    ]);
  });

  test('leaves out what there is no data for, and names the command that makes it', async () => {
    const document = await renderReport(reportData({ studies: [], trainings: [], sweeps: [] }));
    expect(document).not.toContain('id="study-1"');
    expect(document).not.toContain('id="training-1"');
    expect(document).toContain(
      'Not in this report: a study of random sub-networks (<code>morphline study</code>) and a training run (<code>morphline train</code>)',
    );
  });

  test('is a page even without any data', async () => {
    const document = await renderReport(
      reportData({ calibrations: [], studies: [], trainings: [], sweeps: [] }),
      { script: false },
    );
    tagsOf(document);
    expect(document).toContain('<code>morphline calibrate</code>');
    expect(document).not.toContain('<section');
  });

  test('says what is missing where a folder holds only a part', async () => {
    const calibration = { ...calibrationData(), kernels: [], networks: [], rungsUs: {} };
    const layerTable = { network: 'tiny', rows: [] };
    const document = await renderReport(
      reportData({
        calibrations: [{ ...calibration, layerTable }],
        studies: [{ ...studyData(), rows: [] }],
        trainings: [{ ...trainingData(), metrics: [], layers: [] }],
      }),
      { script: false },
    );
    tagsOf(document);
    expect(document).toContain('No kernel measurements are in runs/calibration');
    expect(document).toContain('No measured networks are in runs/calibration');
    expect(document).toContain('names no network of the zoo');
    expect(document).toContain('No predicted networks are in runs/study');
    expect(document).toContain('No epochs are in runs/train');
    expect(document).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('tells sections of several devices apart', async () => {
    const first = calibrationData();
    const second = { ...first, profile: { ...first.profile, name: 'Other GPU' } };
    const document = await renderReport(reportData({ calibrations: [first, second] }));
    expect(document).toContain('<a href="#roofline-2">Roofline (Other GPU)</a>');
    expect(document).toContain('<h2>Devices side by side</h2>');
    expect(document).toContain('<a href="#machine-2">Other GPU</a>');
    expect(document).toContain('<a href="#study-1">Do FLOPs tell the latency?</a>');
  });

  test('warns of an invalid session', async () => {
    const calibration = calibrationData();
    const validation = { ...calibration.profile.validation, repeatability: 0.06, valid: false };
    const document = await renderReport(
      reportData({ calibrations: [{ ...calibration, profile: { ...calibration.profile, validation } }] }),
    );
    expect(document).toContain('This session is invalid');
  });

  test('folds layers after the twentieth and says which are fused', async () => {
    const document = await renderReport(reportData());
    expect(document).toContain('<summary>3 more layers</summary>');
    expect(document).toContain('<span class="quiet">fused</span>');
  });

  test('stays small with thousands of networks and kernels', async () => {
    const study = studyData();
    const rows = Array.from({ length: 5000 }, (_, i) => ({
      ...study.rows[i % 4],
      sample: i,
      flops: 1e9 + 1e5 * i,
      v100_us: 20 + (i % 97),
      calibrated_us: 2000 + i,
    })) as typeof study.rows;
    const calibration = calibrationData();
    const kernels = Array.from({ length: 4000 }, (_, i) => ({
      ...(calibration.kernels[i % 4] ?? calibration.kernels[0]),
      latency_us: 1 + i,
    })) as typeof calibration.kernels;
    const document = await renderReport(
      reportData({ calibrations: [{ ...calibration, kernels }], studies: [{ ...study, rows }] }),
    );
    expect(document.length).toBeLessThan(2.5e6);
    expect(document).toContain('A still picture draws 1,500 of 5,000, evenly spaced.');
  });
});
