import { useTranslation } from 'react-i18next';
import type { Trial } from '../../contract/generators';
import { trialUrl } from '../../contract/pictures';
import { useApp } from '../state/context';
import type { TrialState } from '../state/library';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';

/** A crop of the open photo before, by the generator that ships, and by the one that is tried, at the same size. */
export function TrialPictures({ state }: { state: TrialState }) {
  const { t } = useTranslation();
  const say = useSentences();
  const { trial, jobId, failure } = state;
  return (
    <div aria-busy={jobId !== null} data-testid="trial" className="min-h-12">
      {trial !== null && (
        <ul className={`grid grid-cols-3 gap-3 ${jobId === null ? '' : 'opacity-45'}`}>
          {trial.sides.map((side) => (
            <Side key={side.side} trial={trial} side={side} />
          ))}
        </ul>
      )}
      {jobId !== null && (
        <p role="status" className="mt-1 text-xs text-secondary">
          {t('library.trying')}
        </p>
      )}
      {failure !== null && (
        <p role="alert" className="text-xs text-danger">
          {say.failure(failure)}
        </p>
      )}
    </div>
  );
}

function Side({ trial, side }: { trial: Trial; side: Trial['sides'][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const base = useApp((state) => state.info?.pictureBase ?? null);
  if (base === null) return null;
  const label = t(`library.sides.${side.side}`);
  return (
    <li data-testid={`trial-${side.side}`}>
      <img
        src={trialUrl(base, { trialId: trial.id, trialSide: side.side })}
        alt=""
        width={side.width}
        height={side.height}
        draggable={false}
        className="aspect-square w-full rounded-md bg-surround object-contain"
      />
      <p className="mt-1 text-xs">{label}</p>
      {side.secondsPerMegapixel !== null && (
        <p className="text-xs text-secondary">
          {t('library.speed', {
            seconds: format.number(side.secondsPerMegapixel, side.secondsPerMegapixel < 10 ? 1 : 0),
          })}
        </p>
      )}
    </li>
  );
}
