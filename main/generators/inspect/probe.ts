import { RANGES, type RangeName } from './ends';
import type { ElementType, OnnxFile, ValueInfo } from './onnx-file';
import { type Planes, planesOf } from './pictures';
import { type Layout, type PictureInput, Refused, type Signature } from './signature';

/** A tensor for a trial: floats, whatever its type is in the net. */
export interface Feed {
  type: ElementType;
  dims: readonly number[];
  data: Float32Array;
}

/** A loaded net. Throws whatever the runtime throws. */
export interface TrialNet {
  run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Feed>>;
}

/** The net could not be run with what it was given. */
export class RunFailed extends Error {}

export interface ProbeOptions {
  range?: RangeName;
  /** Values of the fourth channel, or of the mask input, as the net gets them. */
  mask?: Planes;
  /** Position of the mask in a picture of four channels. */
  place?: 'first' | 'last';
  scalars?: Readonly<Record<string, number>>;
  example?: Planes;
}

export const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
const MOST_VALUES = 1 << 26;
/** Seconds that all trials of a net may take together. */
const MOST_SECONDS = 420;
const OUTPUT_NAMES = ['output', 'y', 'main_dec', 'result', 'painted_image'];

/** Feeds pictures to a net, and reads pictures from it. */
export class Probe {
  readonly net: TrialNet;
  readonly signature: Signature;
  readonly file: OnnxFile;
  /** May be changed while the layout is not certain. */
  layout: Layout;
  normalise: 'none' | 'imagenet' = 'none';
  range: RangeName = '0..1';
  place: 'first' | 'last' = 'last';
  /** What is given as the mask where a run says nothing else. */
  maskValue = 0;
  scalarValues: Record<string, number> = {};
  output: ValueInfo | null = null;
  runs = 0;
  /** Seconds of the last run. */
  seconds = 0;
  readonly #announce: () => Promise<void>;
  readonly #started = performance.now();

  constructor(net: TrialNet, file: OnnxFile, signature: Signature, announce: () => Promise<void>) {
    this.net = net;
    this.file = file;
    this.signature = signature;
    this.layout = signature.image.layout;
    this.#announce = announce;
    for (const { name } of signature.scalars) this.scalarValues[name] = 0.5;
  }

  /** Seconds since the first trial. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }

  get channels(): number {
    return this.signature.image.channels;
  }

  /** Channels of the picture itself, without a mask or a map of noise. */
  get colours(): 1 | 3 {
    return this.channels >= 3 ? 3 : 1;
  }

  /** Every output of a run, as the net returns it. */
  async raw(picture: Planes, options: ProbeOptions = {}): Promise<Record<string, Feed>> {
    const feeds: Record<string, Feed> = {};
    const { image, mask, scalars, example } = this.signature;
    feeds[image.info.name] = this.#image(picture, options);
    const { width, height } = picture;
    if (mask)
      feeds[mask.info.name] = feed(mask, mask.layout, options.mask ?? planesOf(1, width, height, this.maskValue));
    if (example)
      feeds[example.info.name] = feed(example, example.layout, this.#encoded(options.example ?? picture, options));
    for (const info of scalars) {
      const value = options.scalars?.[info.name] ?? this.scalarValues[info.name] ?? 0.5;
      const dims = scalarShape(info, width, height);
      feeds[info.name] = { type: info.type, dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value) };
    }
    for (const { dims } of Object.values(feeds)) {
      if (dims.reduce((a, b) => a * b, 1) > MOST_VALUES) throw new Refused('tooLarge', { width, height });
    }
    if (this.elapsed > MOST_SECONDS) throw new Refused('tooSlow', { seconds: MOST_SECONDS });
    await this.#announce();
    this.runs += 1;
    const start = performance.now();
    try {
      return await this.net.run(feeds);
    } catch (error) {
      throw new RunFailed(error instanceof Error ? error.message : String(error));
    } finally {
      this.seconds = (performance.now() - start) / 1000;
    }
  }

  /** The picture that the net returns. Throws if the run fails, or returns no picture. */
  async run(picture: Planes, options: ProbeOptions = {}): Promise<Planes> {
    const outputs = await this.raw(picture, options);
    this.output ??= this.#chooseOutput(outputs, picture);
    const planes = this.output && toPlanes(outputs[this.output.name], this.layout);
    if (!planes) throw new Refused('noPictureOut', { name: this.file.outputs[0]?.name ?? '', shape: shapeOf(outputs) });
    return planes;
  }

  /** Null if the run fails. */
  async attempt(picture: Planes, options: ProbeOptions = {}): Promise<Planes | null> {
    try {
      return await this.run(picture, options);
    } catch (error) {
      if (!(error instanceof RunFailed)) throw error;
      this.lastError = error.message;
      return null;
    }
  }

  lastError = '';

  #encoded(picture: Planes, { range = this.range }: ProbeOptions): Planes {
    const { low, high } = RANGES[range];
    const pixels = picture.width * picture.height;
    const data = picture.data.map((value, i) => {
      const at = Math.floor(i / pixels) % 3;
      const plain = this.normalise === 'imagenet' ? (value - IMAGENET.mean[at]!) / IMAGENET.deviation[at]! : value;
      return this.normalise === 'imagenet' ? plain : low + plain * (high - low);
    });
    return { ...picture, data };
  }

  #image(picture: Planes, options: ProbeOptions): Feed {
    const { image } = this.signature;
    const encoded = this.#encoded(picture, options);
    if (this.channels !== 4 && this.channels !== 2) return feed(image, this.layout, encoded);
    const { width, height } = picture;
    const pixels = width * height;
    const extra = options.mask ?? planesOf(1, width, height, this.maskValue);
    const all = planesOf(this.channels, width, height);
    const isFirst = (options.place ?? this.place) === 'first';
    all.data.set(encoded.data.subarray(0, (this.channels - 1) * pixels), isFirst ? pixels : 0);
    all.data.set(extra.data, isFirst ? 0 : (this.channels - 1) * pixels);
    return feed(image, this.layout, all);
  }

  /** The output that is the picture: of the input's shape or a multiple, with a known name, the first. */
  #chooseOutput(outputs: Record<string, Feed>, { width, height }: Planes): ValueInfo | null {
    const pictures = this.file.outputs.flatMap((info, index) => {
      const planes = toPlanes(outputs[info.name], this.layout);
      if (!planes || planes.channels > 4 || planes.width < width / 8 || planes.height < height / 8) return [];
      const fits = planes.width % width === 0 && planes.height % height === 0 ? 4 : 0;
      const name = OUTPUT_NAMES.includes(info.name.toLowerCase()) ? 2 : 0;
      const colours = planes.channels === 3 ? 8 : planes.channels === 2 ? 1 : 0;
      return [{ info, score: colours + fits + name - index / 1000 }];
    });
    return pictures.sort((a, b) => b.score - a.score)[0]?.info ?? null;
  }
}

function scalarShape({ shape }: ValueInfo, width: number, height: number): number[] {
  return (shape ?? []).map((size, i) => (typeof size === 'number' ? size : i === 2 ? height : i === 3 ? width : 1));
}

const shapeOf = (outputs: Record<string, Feed>): string => `[${Object.values(outputs)[0]?.dims.join(', ') ?? ''}]`;

function feed({ info }: PictureInput, layout: Layout, { channels, width, height, data }: Planes): Feed {
  const { type } = info;
  if (layout === 'nchw') return { type, dims: [1, channels, height, width], data };
  const turned = new Float32Array(data.length);
  const pixels = width * height;
  for (let c = 0; c < channels; c++) for (let i = 0; i < pixels; i++) turned[i * channels + c] = data[c * pixels + i]!;
  return { type, dims: layout === 'hwc' ? [height, width, channels] : [1, height, width, channels], data: turned };
}

/** A tensor as planes; null if it has not the shape of a picture. */
export function toPlanes(tensor: Feed | undefined, layout: Layout): Planes | null {
  if (!tensor) return null;
  let dims = [...tensor.dims];
  if (dims.length === 3) dims = [1, ...dims];
  if (dims.length !== 4 || dims[0] !== 1) return null;
  const [, second, third, last] = dims as [number, number, number, number];
  const isFirst = layout === 'nchw' ? second <= 32 || last > 4 : second <= 4 && last > 4;
  const [channels, height, width] = isFirst ? [second, third, last] : [last, second, third];
  if (width < 1 || height < 1 || channels < 1) return null;
  if (isFirst) return { channels, width, height, data: tensor.data };
  const planes = planesOf(channels, width, height);
  const pixels = width * height;
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < pixels; i++) planes.data[c * pixels + i] = tensor.data[i * channels + c]!;
  return planes;
}
