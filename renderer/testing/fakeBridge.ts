import { type EngineStatus, Settings } from '../../contract/app';
import { BatchRow, BatchSettings, type BatchState } from '../../contract/batch';
import type { Bridge, CallName, EventName, EventPayload, Request, Response } from '../../contract/calls';
import { type Failure, failure, type Result } from '../../contract/errors';
import type { Inspection } from '../../contract/generators';
import type { Analysis } from '../../contract/photo';
import { Recipe } from '../../contract/recipe';
import type { Negative } from '../../contract/scan';
import type { SynthesisState } from '../../contract/synthesis';
import { freshLog } from '../../document/edit';
import { printSize } from '../../document/scan';

/** A call that the page has made; `answer` ends it. */
export interface PendingCall<N extends CallName = CallName> {
  name: N;
  request: Request<N>;
  answered: boolean;
  answer(result: Result<Response<N>>): void;
}

/**
 * A main side for tests. Calls named in `held` wait for their `answer`. Others are answered at once by `answers`, or
 * with a plausible default.
 */
export interface FakeBridge extends Bridge {
  calls: PendingCall[];
  held: Set<CallName>;
  answers: { [N in CallName]?: (request: Request<N>) => Result<Response<N>> };
  emit<N extends EventName>(name: N, payload: EventPayload<N>): void;
  /** Calls of a name, oldest first. */
  named<N extends CallName>(name: N): PendingCall<N>[];
}

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export function fakePhoto(change: Partial<Response<'photos.open'>> = {}): Response<'photos.open'> {
  return {
    id: 'photo-1',
    sha256: '0'.repeat(64),
    name: 'Grandmother at the lake.jpg',
    format: 'jpeg',
    width: 3000,
    height: 2000,
    depth: 8,
    channels: 3,
    alpha: false,
    profile: 'sRGB IEC61966-2.1',
    bytes: 2_345_678,
    notes: [{ key: 'notes.upright' }],
    missing: null,
    pages: { number: 1, count: 1 },
    infrared: false,
    negative: false,
    rating: null,
    caption: {},
    others: [],
    front: null,
    editor: null,
    facts: [
      { label: 'facts.taken', value: '2019-07-14 16:20' },
      { label: 'facts.camera', value: 'Epson Perfection V600' },
    ],
    ...change,
  };
}

export const READY: EngineStatus = {
  state: 'ready',
  provider: 'cpu',
  device: null,
  threads: 2,
  memory: 2048,
  refused: [],
  note: null,
};

export const fakeInspection = (): Inspection => ({
  id: 'inspection',
  file: '4x-net.onnx',
  name: '4x-net',
  known: null,
  bytes: 5_000_000,
  parameters: 620_000,
  runs: 24,
  seconds: 3,
  decisions: [
    { field: 'task', value: 'upscale', confidence: 'certain', said: false, because: [], choices: ['upscale', 'style'] },
    { field: 'order', value: 'rgb', confidence: 'open', said: false, because: [], choices: ['rgb', 'bgr'] },
  ],
  isUsed: true,
  canTry: true,
  misfit: null,
});

export const PROPOSAL: Recipe = {
  format: 1,
  id: 'proposal',
  name: 'Proposal',
  gate: 'needed',
  steps: [
    { kind: 'repair', enabled: true, settings: { sensitivity: 0.5, grow: 2, keepWriting: true } },
    { kind: 'tone', enabled: true, settings: { strength: 0.8, cast: 1, contrast: 1 } },
  ],
};

export function fakeAnalysis(change: Partial<Analysis> = {}): Analysis {
  return {
    damage: 0.018,
    writing: 0,
    infrared: null,
    range: 0.62,
    fading: null,
    film: { scratches: { across: false, lines: [] }, leak: null, vignette: null },
    faces: null,
    cast: 7.2,
    colour: 'monochrome',
    noise: 2.3,
    blockiness: 1.02,
    compression: 0.4,
    megapixels: 6,
    needs: [
      {
        kind: 'repair',
        needed: true,
        available: true,
        reason: 'reason.repair.damage',
        figures: { damage: 0.018 },
      },
      {
        kind: 'tone',
        needed: true,
        available: true,
        reason: 'reason.tone.faded',
        figures: { range: 0.62 },
      },
      {
        kind: 'colorise',
        needed: true,
        available: false,
        reason: 'reason.colorise.monochrome',
        figures: {},
      },
    ],
    recipe: PROPOSAL,
    nothingToDo: false,
    ...change,
  };
}

/** A photo that needs nothing. */
export function cleanAnalysis(): Analysis {
  const { needs } = fakeAnalysis();
  return fakeAnalysis({
    damage: 0.0001,
    range: 0.96,
    cast: 1.1,
    needs: [
      { ...needs[0]!, needed: false, reason: 'reason.repair.clean', figures: { damage: 0.0001 } },
      { ...needs[1]!, needed: false, reason: 'reason.tone.good', figures: { range: 0.96 } },
    ],
    recipe: { ...PROPOSAL, steps: PROPOSAL.steps.map((step) => ({ ...step, enabled: false })) },
    nothingToDo: true,
  });
}

export function fakeFailure(code: Failure['code']): Result<never> {
  return failure(code, `The English sentence of ${code}.`, 'a detail for a developer');
}

/** Training pairs that are being made. */
export function fakeSynthesis(change: Partial<SynthesisState> = {}): SynthesisState {
  return {
    input: '/photos/clean',
    output: '/photos/Training pairs',
    phase: 'running',
    failure: null,
    kinds: ['drawn'],
    pairs: 2000,
    done: 312,
    secondsLeft: 840,
    unusable: 0,
    problems: [],
    ...change,
  };
}

/** A restored photo of a batch. */
export function fakeRow(changes: Partial<BatchRow> = {}): BatchRow {
  const { index = 0 } = changes;
  return BatchRow.parse({
    index,
    name: `1931/lake ${index}.jpg`,
    bytes: 1000,
    state: 'restored',
    failure: null,
    reports: [],
    written: `1931/lake ${index}.jpg`,
    seconds: 2,
    pictured: true,
    version: 1,
    ...changes,
  });
}

export function fakeBatch(changes: Partial<BatchState> = {}): BatchState {
  return {
    id: 'batch-1',
    input: '/photos',
    output: '/photos/Restored',
    settings: BatchSettings.parse({}),
    phase: 'running',
    halt: null,
    scanning: false,
    counts: {
      found: 3120,
      waiting: 2100,
      restored: 800,
      unchanged: 200,
      kept: 0,
      failed: 4,
      quarantined: 1,
      passed: 14,
    },
    errors: [
      { code: 'PHOTO_DAMAGED', count: 4 },
      { code: 'PHOTO_QUARANTINED', count: 1 },
    ],
    running: [{ index: 1019, name: '1931/lake.jpg', done: 0.4, step: 'repair' }],
    concurrency: 2,
    threads: 1,
    provider: 'cpu',
    seconds: 3600,
    secondsLeft: 7560,
    pace: 16.7,
    review: { unseen: 900, partly: 0, original: 0, redone: 0, edited: 0 },
    notes: [],
    ...changes,
  };
}

const FAKE_STYLES = [
  ['great-wave', 'The Great Wave off Kanagawa', 'Katsushika Hokusai', 1831],
  ['starry-night', 'The Starry Night', 'Vincent van Gogh', 1889],
  ['waves', 'Waves', 'Uehara Konen', null],
].map(([id, work, artist, year]) => ({
  id: id as string,
  name: `${work}, after ${artist}`,
  artist: artist as string,
  work: work as string,
  year: year as number | null,
  source: 'public domain',
}));

export const fakeNegative = (change: Partial<Negative> = {}): Negative => ({
  kind: 'colour',
  base: [0.5, 0.2, 0.1],
  slope: [1, 1, 1],
  shift: [-1.75, -1.75, -1.75],
  exposure: 0,
  contrast: 0,
  warmth: 0,
  tint: 0,
  ...change,
});

export function createFakeBridge(): FakeBridge {
  const listeners = new Map<EventName, Set<(payload: never) => void>>();
  let settings = Settings.parse({ introduced: true });
  let revision = 0;
  let photos = 0;

  const plausible: { [N in CallName]: (request: Request<N>) => Response<N> } = {
    'app.info': () => ({
      version: '0.1.0',
      host: 'browser',
      platform: 'linux',
      pictureBase: '/picture',
      uploadUrl: '/upload',
      downloadBase: '/download',
      nativeDialogs: false,
      machine: { cores: 8, memory: 16_384 },
    }),
    'app.clear': () => ({}),
    'settings.get': () => settings,
    'settings.set': (change) => {
      settings = Settings.parse({ ...settings, ...change });
      return settings;
    },
    'files.pick': () => ({ files: [] }),
    'files.list': () => ({
      token: 'pictures',
      name: 'Pictures',
      parent: null,
      entries: [
        { token: 'folder-1', name: 'Albums', kind: 'folder', bytes: 0 },
        { token: 'file-1', name: 'Grandmother at the lake.jpg', kind: 'photo', bytes: 2_345_678 },
      ],
    }),
    'photos.open': ({ token }) => {
      photos += 1;
      return fakePhoto({ id: `photo-${photos}`, name: `${token}.jpg` });
    },
    'photos.close': () => ({}),
    'photos.writeSidecar': () => ({ name: 'lake.jpg.xmp', backup: null }),
    'photos.analyse': () => fakeAnalysis(),
    'photos.render': ({ size }) => {
      revision += 1;
      return {
        revision,
        size,
        width: size === 'preview' ? 1500 : 3000,
        height: size === 'preview' ? 1000 : 2000,
        masked: 0.021,
        reports: [
          {
            kind: 'repair',
            outcome: 'done',
            messages: [{ key: 'did.repair.done', values: { share: 0.021 } }],
            seconds: 4.2,
            generator: 'inpainter',
            provider: 'cpu',
          },
          {
            kind: 'tone',
            outcome: 'done',
            messages: [{ key: 'did.tone.done' }],
            seconds: 0.3,
            generator: null,
            provider: null,
          },
        ],
        seconds: 4.5,
      };
    },
    'photos.histogram': () => {
      const bell = (centre: number) =>
        Array.from({ length: 256 }, (_, tone) => Math.round(9000 * Math.exp(-(((tone - centre) / 40) ** 2))));
      return { red: bell(150), green: bell(120), blue: bell(90), luma: bell(120), shadows: 0.001, highlights: 0.0234 };
    },
    'photos.finish': () => ({ name: 'Grandmother at the lake.jpg', notes: [] }),
    'photos.estimate': () => ({
      width: 1000,
      height: 750,
      dpi: null,
      isSmaller: false,
      bytes: 1_234_567,
      mark: [{ name: 'xmp:CreatorTool', value: 'Emulsion 0.1.0' }],
    }),
    'photos.export': () => ({
      name: 'Grandmother at the lake-restored.jpg',
      place: null,
      bytes: 1_234_567,
      download: 'download-1',
      token: null,
      folder: null,
      also: [],
      reports: [],
      notes: [],
    }),
    'jobs.cancel': () => ({}),
    'files.showInFolder': () => ({}),
    'files.startDrag': () => ({}),
    'files.taken': () => ({ names: [] }),
    'photos.dropPicture': () => ({}),
    'photos.redEyes': () => ({ eyes: [] }),
    'edits.load': () => ({ log: null, recovered: false, heldBy: null }),
    'edits.write': () => ({}),
    'edits.find': () => ({
      photo: { name: 'lake.jpg', sha256: '0'.repeat(64), width: 3000, height: 2000 },
      file: null,
    }),
    'edits.take': () => ({ log: freshLog(PROPOSAL), view: null, undoable: false }),
    'edits.keep': () => ({}),
    'edits.export': () => ({ name: 'lake.emulsion', place: null, bytes: 3000, download: 'download-4', token: null }),
    'edits.recent': () => ({ entries: [] }),
    'session.load': () => ({ photos: [], active: null, missing: [] }),
    'session.save': () => ({}),
    'masks.export': () => ({ name: 'lake-mask.png', place: null, bytes: 4321, download: 'download-2', token: null }),
    'masks.import': () => ({ id: 'a'.repeat(64) }),
    'masks.copy': () => ({ id: 'b'.repeat(64) }),
    'recipes.save': ({ id, name, recipe }) => ({ recipe: Recipe.parse({ ...recipe, id: id ?? 'mine', name }) }),
    'recipes.remove': () => ({}),
    'recipes.export': () => ({ name: 'Mine.json', place: null, bytes: 300, download: 'download-3', token: null }),
    'recipes.import': () => ({ recipe: { ...PROPOSAL, id: 'brought', name: 'Brought' } }),
    'recipes.list': () => ({
      own: [],
      recipes: [
        {
          format: 1,
          id: 'scratched-print',
          name: 'Scratched print',
          gate: 'needed',
          steps: [{ kind: 'repair', enabled: true, settings: { sensitivity: 0.6, grow: 2, keepWriting: true } }],
        },
        {
          format: 1,
          id: 'enlarge',
          name: 'Enlarge',
          gate: 'always',
          steps: [{ kind: 'upscale', enabled: true, settings: { scale: 2, variant: 'faithful' } }],
        },
      ],
    }),
    'styles.list': () => ({ presets: [...FAKE_STYLES], own: [] }),
    'styles.add': () => ({ id: 'quilt', name: 'Quilt', code: { by: '0'.repeat(64), values: [0.1, 0.2] } }),
    'styles.example': () => ({ sha256: 'e'.repeat(64), name: 'carpet.jpg' }),
    'styles.remove': () => ({}),
    'synthesis.preview': ({ index }) => ({
      id: `pair-${index}`,
      source: `1931/lake ${index}.png`,
      coverage: 0.021,
      photos: 312,
      overlays: 0,
    }),
    'synthesis.start': () => fakeSynthesis(),
    'synthesis.state': () => ({ state: null }),
    'synthesis.cancel': () => ({}),
    'generators.inspect': fakeInspection,
    'generators.answer': fakeInspection,
    'generators.try': () => ({ id: 'trial', sides: [] }),
    'generators.add': ({ name }) => ({ id: 'net', name, isUsed: true }),
    'generators.discard': () => ({}),
    'generators.rename': () => ({}),
    'generators.remove': () => ({}),
    'generators.benchmark': ({ id }) => ({
      id,
      provider: 'cpu',
      secondsPerMegapixel: 1.5,
      tiles: 4,
      tile: 512,
      memory: 4e8,
    }),
    'engine.providers': () => ({ runtime: '1.30.0', providers: [], pack: null }),
    'engine.forget': () => ({}),
    'generators.list': () => ({
      generators: [
        {
          id: 'inpainter',
          name: 'Inpainter',
          task: 'inpaint',
          version: '1.0.0',
          licence: 'Apache-2.0',
          description: 'Fills creases and scratches from what surrounds them.',
          limits: 'Faces under large tears come out vague.',
          translations: {},
          parameters: 1_243_000,
          bytes: 5_012_345,
          state: 'ready',
          origin: 'shipped',
          commercial: 'yes',
          isUsed: true,
          step: 'repair',
          setting: 'generator',
          scale: 1,
          takesExample: false,
          takesHints: false,
          inputs: [],
          author: 'Emulsion',
          source: '',
          added: null,
          evidence: [],
          measured: [{ metric: 'PSNR in the mask', value: 31.2, unit: 'dB', data: '24 photographs' }],
        },
      ],
    }),
    'batch.plan': () => ({
      photos: 3120,
      others: 14,
      bytes: 9_876_543_210,
      done: 0,
      examples: [{ name: '1931/lake.jpg', written: '1931/lake.jpg' }],
      unreadable: [],
    }),
    'batch.gather': ({ tokens }) => ({
      folder: { token: 'folder-1', name: 'Album', kind: 'folder', bytes: 0 },
      files: tokens,
      left: 0,
    }),
    'batch.start': () => fakeBatch(),
    'batch.continue': () => fakeBatch(),
    'batch.state': () => ({ state: null, known: [] }),
    'batch.control': ({ action }) => fakeBatch({ phase: action === 'pause' ? 'paused' : 'running' }),
    'batch.rows': () => ({ total: 0, rows: [] }),
    'batch.report': () => ({ place: '/photos/Restored/emulsion-report', page: 'report-1/index.html' }),
    'batch.forget': () => ({}),
    'review.open': () => fakeBatch({ phase: 'done' }),
    'review.beside': ({ index, step }) => ({ row: fakeRow({ index: index + step }), rank: index + step, total: 1000 }),
    'review.look': ({ index }) => ({ photoId: `look-${index}`, width: 300, height: 200, result: null }),
    'review.mark': ({ what }) => ({ changed: 'indices' in what ? what.indices : [] }),
    'review.work': () => ({ recipe: null, added: [] }),
    'review.redo': ({ index }) => fakeRow({ index, decision: 'redone', seen: true, undoable: true, version: 2 }),
    'review.original': ({ index }) => fakeRow({ index, decision: 'original', seen: true, undoable: true, version: 2 }),
    'review.takeEdit': ({ index }) => ({
      row: fakeRow({ index, decision: 'edited', seen: true, undoable: true, version: 2 }),
      notes: [],
    }),
    'review.undo': ({ index }) => fakeRow({ index, seen: true, undoable: true, version: 3 }),
    'review.source': ({ index }) => ({
      file: { token: `source-${index}`, name: `lake ${index}.jpg`, kind: 'photo', bytes: 1000 },
    }),
    'review.show': () => ({}),
    'scan.negative': ({ kind, base, at }) => ({
      negative: fakeNegative({ kind, ...(base && { base }) }),
      base: base || at ? 'given' : 'strip',
      notes: [],
    }),
    'scan.carry': ({ scan }) => ({ name: scan ? 'cropped' : 'uncropped', scan }),
    'scan.apply': ({ scan }) => {
      photos += 1;
      const { others: _, editor: __, sha256: ___, ...photo } = fakePhoto({ id: `photo-${photos}` });
      return scan ? { ...photo, ...printSize(scan), page: { width: 3000, height: 2000, scan } } : photo;
    },
    'scan.find': () => ({ prints: [] }),
    'scan.split': () => ({ files: [], found: 0 }),
    'scan.page': () => {
      photos += 1;
      const { others: _, editor: __, sha256: ___, ...photo } = fakePhoto({ id: `photo-${photos}` });
      return photo;
    },
    'engine.status': () => READY,
    'engine.restart': () => READY,
  };

  const bridge: FakeBridge = {
    calls: [],
    held: new Set(),
    answers: {},
    call(name, request) {
      return new Promise((resolve) => {
        const pending: PendingCall<typeof name> = {
          name,
          request,
          answered: false,
          answer(result) {
            pending.answered = true;
            resolve(result);
          },
        };
        bridge.calls.push(pending as unknown as PendingCall);
        if (name === 'jobs.cancel') {
          const { jobId } = request as Request<'jobs.cancel'>;
          const job = bridge.calls.find(
            (each) =>
              !each.answered &&
              each !== (pending as unknown) &&
              'jobId' in each.request &&
              each.request.jobId === jobId,
          );
          job?.answer(fakeFailure('CANCELLED'));
        }
        if (bridge.held.has(name)) return;
        const given = bridge.answers[name];
        pending.answer(given === undefined ? ok(plausible[name](request)) : given(request));
      });
    },
    on(name, listener) {
      const all = listeners.get(name) ?? new Set();
      all.add(listener as (payload: never) => void);
      listeners.set(name, all);
      return () => all.delete(listener as (payload: never) => void);
    },
    async offer(files) {
      return ok(
        files.map((file, index) => ({
          token: `upload-${index}`,
          name: file.name,
          kind: 'photo' as const,
          bytes: file.size,
        })),
      );
    },
    emit(name, payload) {
      for (const listener of listeners.get(name) ?? []) listener(payload as never);
    },
    named: (name) => bridge.calls.filter((each) => each.name === name) as unknown as PendingCall<typeof name>[],
  };
  return bridge;
}
