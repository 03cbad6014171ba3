import { type DamageMap, FINE_PIXELS } from '../restoration/damage';
import { clearInfrared, reduceInfrared } from '../restoration/infrared';
import { readInfrared, tellInfrared } from '../scan/infrared';
import type { Job } from './job';
import type { Opened } from './opened';

/** The map with the dust that the infrared picture of a photo shows, which is read here; the same map without one. */
export async function withInfrared(damage: DamageMap, opened: Opened, job: Job): Promise<DamageMap> {
  const { raster, infrared } = opened.source;
  if (infrared === null) return damage;
  const reading = await readInfrared(raster, infrared, () => job.breathe());
  opened.infrared = tellInfrared(reading, raster);
  if (reading.outcome === 'refused') return damage;
  const { plane, pieces } = reading.dust;
  const map = { width: raster.width, height: raster.height, plane, pieces };
  clearInfrared(map, opened.photo.missing?.rects ?? []);
  return { ...damage, infrared: reduceInfrared(map, FINE_PIXELS) };
}
