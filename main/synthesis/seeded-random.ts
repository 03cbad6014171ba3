/** One step of MurmurHash3's finaliser. */
function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Random numbers (sfc32) that depend only on the seed words and their order. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  #spare: number | null = null;

  constructor(...of: readonly (string | number)[]) {
    // FNV-1a over the text, turned into three independent numbers.
    let hash = 0x811c9dc5;
    for (const character of of.join('/')) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193) >>> 0;
    this.#a = mixed(hash ^ 0x9e3779b9);
    this.#b = mixed(this.#a ^ hash);
    this.#c = mixed(this.#b + hash);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** 0 <= n < 2^32. */
  next(): number {
    const sum = (this.#a + this.#b + this.#count) >>> 0;
    this.#count = (this.#count + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** 0 <= n < 1. */
  unit(): number {
    return this.next() / 2 ** 32;
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A number whose logarithm is uniform; both bounds must be above 0. */
  log(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  /** An integer 0 <= n < limit. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A normally distributed number of mean 0 and standard deviation 1. */
  normal(): number {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return spare;
    // Box and Muller's method gives two at once.
    const length = Math.sqrt(-2 * Math.log(1 - this.unit()));
    const angle = 2 * Math.PI * this.unit();
    this.#spare = length * Math.sin(angle);
    return length * Math.cos(angle);
  }

  /** A Poisson-distributed count. Fast for a small mean. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.unit(); product > limit; product *= this.unit()) count++;
    return count;
  }

  /** The integers below `count` in random order. */
  shuffled(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const other = this.below(i + 1);
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    return order;
  }
}
