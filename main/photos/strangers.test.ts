import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { EmulsionError } from '../errors';
import { testScene } from '../restoration/testing/scene';
import { encodePhoto } from './encode';
import { metadataFor } from './metadata';
import { openPhoto } from './open';
import { temporaryFolder } from './test-support';

/* Metadata that somebody else has made: broken blocks in sound pictures. */

const RUNS = Number(process.env.EMULSION_FUZZ_BLOCKS ?? 60);
const folder = temporaryFolder();
const edit = {
  version: '1',
  recipe: { format: 1 as const, id: 'r', name: 'R', gate: 'needed' as const, steps: [] },
  reports: [],
  at: new Date(0),
};

/** Pictures with EXIF, XMP, IPTC and texts, and where these lie. */
let pictures: { bytes: Buffer; from: number; to: number }[];
beforeAll(async () => {
  const { data, width, height, channels } = testScene(48, 36, 1);
  const raw = () =>
    sharp(data, { raw: { width, height, channels } })
      .withExif({
        IFD0: { Make: 'Emulsion', ImageDescription: 'A lake', Artist: 'Somebody' },
        IFD2: { LensModel: 'Lens', ExposureTime: '1/60' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
      })
      .withXmp(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
          '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"><dc:subject><rdf:Bag>' +
          '<rdf:li>lake</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>',
      );
  const heads = await Promise.all([
    raw().jpeg().toBuffer(),
    raw().png().toBuffer(),
    raw().webp().toBuffer(),
    raw().tiff({ compression: 'none' }).toBuffer(),
  ]);
  const fixture = await readFile(new URL('fixtures/ramp.heic', import.meta.url));
  pictures = [...heads, fixture].map((bytes) => {
    const places = ['Emulsion', 'Agfa', 'xmpmeta', 'A lake', 'Rating']
      .map((word) => bytes.indexOf(word))
      .filter((at) => at >= 0);
    return { bytes, from: Math.max(0, Math.min(...places) - 200), to: Math.max(...places) + 200 };
  });
});

test('whatever a metadata block holds, the photo opens and is written, or there is a code', {
  timeout: 1_200_000,
}, async () => {
  const change = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('byte', 'ones', 'zeros', 'copy'),
    fc.nat(255),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.nat(4),
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('jpeg', 'png', 'tiff'),
      async (index, changes, format) => {
        const { bytes, from, to } = pictures[index]!;
        const broken = Buffer.from(bytes);
        for (const [share, how, value] of changes) {
          const at = Math.floor(from + share * (Math.min(to, broken.length) - from));
          if (how === 'byte') broken[at] = value;
          else if (how === 'copy') broken.copy(broken, at, from, from + (value % 24));
          else broken.fill(how === 'ones' ? 0xff : 0, at, at + 4);
        }
        const path = join(folder(), 'photo');
        await writeFile(path, broken);
        try {
          const photo = await openPhoto(path);
          const { metadata } = metadataFor(photo.metadata, edit, photo.raster);
          const { raster, alpha, profile } = photo;
          const written = join(folder(), 'result');
          await encodePhoto({ raster, alpha, profile, metadata, format, quality: 80, path: written });
          const again = await openPhoto(written);
          expect([again.raster.width, again.raster.height]).toEqual([raster.width, raster.height]);
        } catch (error) {
          expect(error).toBeInstanceOf(EmulsionError);
          expect((error as EmulsionError).code).not.toBe('INTERNAL');
        }
      },
    ),
    { numRuns: RUNS, seed: 19 },
  );
});

test('a scan header of a JPEG that counts more channels than it holds is no error of the program', async () => {
  const jpeg = await readFile(new URL('fixtures/restarts.jpg', import.meta.url));
  const scan = jpeg.indexOf(Buffer.of(0xff, 0xda));
  jpeg[scan + 4] = 0xff;
  for (const length of [jpeg.length, scan + 12]) {
    const path = join(folder(), 'scan.jpg');
    await writeFile(path, jpeg.subarray(0, length));
    await expect(openPhoto(path, {})).rejects.toMatchObject({ code: 'PHOTO_DAMAGED' });
  }
});
