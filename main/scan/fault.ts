import type { Message } from '../../contract/basics';
import type { Scan } from '../../contract/scan';
import { faultOf, LEAST_PRINT, type ScanFault } from '../../document/scan';
import type { Size } from '../../document/size';
import { say } from '../../text/message';
import { EmulsionError } from '../errors';

/** Why a print cannot be cut out of a page. */
export function scanFault(fault: ScanFault, { width, height }: Size): Message {
  if (fault === 'outside') return say('failures.cropOutside', { width, height });
  if (fault === 'small') return say('failures.cropSmall', { least: LEAST_PRINT });
  return say(fault === 'large' ? 'failures.cropLarge' : 'failures.cropCorners');
}

/** Throws CROP_IMPOSSIBLE, with the reason, for a print that cannot be cut out of a page. */
export function assertCuttable(scan: Scan, page: Size): void {
  const fault = faultOf(scan, page);
  if (fault) throw new EmulsionError('CROP_IMPOSSIBLE', { reason: scanFault(fault, page) });
}
