import { Bandage, CircleCheck, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Analysis } from '../../contract/photo';
import type { StepKind } from '../../contract/recipe';
import { useActions, useReview } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { availableKinds, hasWork, needOf, reorderableWith } from '../state/recipes';
import { placeCount } from '../state/review';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Sortable } from '../ui/Sortable';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { LeftAlone } from './LeftAlone';
import { LocalRepairs } from './LocalRepairs';
import { NegativeOffer } from './NegativeOffer';
import { PartlyRead } from './PartlyRead';
import { RecipeChoice } from './RecipeChoice';
import { StepCard } from './StepCard';

/** The proposed recipe as cards, in the order in which the steps run. */
export function Restore({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { analysis, recipe } = entry;
  if (analysis === null || recipe === null) {
    if (entry.phase === 'ready') {
      return (
        <>
          <p className="text-secondary">{t('restore.unmeasured')}</p>
          <Button className="mt-3" onClick={() => actions.analyse(entry.key)}>
            {t('restore.measure')}
          </Button>
        </>
      );
    }
    return (
      <p data-testid="analysing" className="flex items-center gap-2 text-secondary">
        <Icon of={LoaderCircle} className="shrink-0 animate-spin" />
        {t(entry.phase === 'waiting' ? 'restore.waiting' : 'restore.analysing')}
      </p>
    );
  }
  const kinds = availableKinds(analysis, recipe);
  return (
    <div data-testid="proposal" className="space-y-3">
      {entry.photo?.negative && <NegativeOffer entry={entry} />}
      {entry.photo?.missing && <PartlyRead entry={entry} missing={entry.photo.missing} />}
      {analysis.nothingToDo && <Verdict entry={entry} analysis={analysis} />}
      <RecipeChoice entry={entry} recipe={recipe} />
      <div className="space-y-2">
        <Sortable
          ids={kinds}
          nameOf={(kind) => t(`steps.${kind as StepKind}`)}
          canMove={(kind, place) => reorderableWith(kind as StepKind).includes(place as StepKind)}
          onMove={(kind, place) => actions.moveStep(entry.key, kind as StepKind, place as StepKind)}
        >
          {kinds.map((kind) => (
            <StepCard
              key={kind}
              entry={entry}
              need={needOf(analysis, kind)!}
              isFree={reorderableWith(kind).some((other) => kinds.includes(other))}
            />
          ))}
        </Sortable>
        {entry.photo !== null && <LocalRepairs entry={entry} photo={entry.photo} />}
        <LeftAlone entry={entry} />
      </div>
      <RenderNote entry={entry} analysis={analysis} />
      <Missing analysis={analysis} />
    </div>
  );
}

/** For a photo for which nothing was suggested: what a person wants to have repaired all the same, if anything. */
function Verdict({ entry, analysis }: { entry: OpenPhoto; analysis: Analysis }) {
  const { t } = useTranslation();
  const places = useReview((state) => placeCount(state, entry.key)) ?? 0;
  const count = places + (entry.edit?.repairs.filter(({ enabled }) => enabled).length ?? 0);
  if (count === 0) return <NothingToRepair analysis={analysis} />;
  return (
    <div data-testid="own-repairs" className="flex gap-2 pb-1">
      <Icon of={Bandage} className="mt-0.5 shrink-0" />
      <div>
        <h2 className="font-medium">{t('places.count', { count })}</h2>
        <p className="mt-0.5 text-xs text-secondary">{t('restore.ownRepairs')}</p>
      </div>
    </div>
  );
}

function NothingToRepair({ analysis }: { analysis: Analysis }) {
  const { t } = useTranslation();
  const format = useFormat();
  // Without a detector there is no figure for damage, only a default.
  const detected = 'damage' in (needOf(analysis, 'repair')?.figures ?? {});
  const list = [
    ...(detected ? [t('restore.measuredDamage', { damage: format.percent(analysis.damage) })] : []),
    t('restore.measuredRange', { range: format.percent(analysis.range) }),
    t('restore.measuredCast', { cast: format.number(analysis.cast, 1) }),
    t('restore.measuredNoise', { noise: format.number(analysis.noise, 1) }),
  ].join(', ');
  return (
    <div data-testid="nothing-to-repair" className="flex gap-2 pb-1">
      <Icon of={CircleCheck} className="mt-0.5 shrink-0" />
      <div>
        <h2 className="font-medium">{t('restore.nothing')}</h2>
        <p className="mt-0.5 text-xs text-secondary">{t('restore.nothingText')}</p>
        <p className="mt-1 text-xs text-secondary">{t('restore.measured', { list })}</p>
      </div>
    </div>
  );
}

/** Says that all steps are off, or that the result was stopped or has failed. */
function RenderNote({ entry, analysis }: { entry: OpenPhoto; analysis: Analysis }) {
  const { t } = useTranslation();
  const actions = useActions();
  if (entry.edit === null || !hasWork(entry.edit)) {
    return analysis.nothingToDo ? null : <p className="text-xs text-secondary">{t('restore.allOff')}</p>;
  }
  if (entry.render !== 'stopped' && entry.render !== 'failed') return null;
  return (
    <div className="space-y-2">
      <p className="text-xs text-secondary">{t(`restore.${entry.render}`)}</p>
      <Button data-testid="compute" onClick={() => actions.computeAgain(entry.key)}>
        {t('restore.compute')}
      </Button>
    </div>
  );
}

/** Says what the photo needs and this version cannot do. */
function Missing({ analysis }: { analysis: Analysis }) {
  const { t, i18n } = useTranslation();
  const { sentence } = useSentences();
  const unknown = analysis.needs.find((need) => need.reason === 'reason.repair.unknown');
  const missing = analysis.needs.filter((need) => need.needed && !need.available);
  const steps = new Intl.ListFormat(i18n.language).format(missing.map((need) => t(`later.${need.kind}`)));
  return (
    <>
      {unknown !== undefined && (
        <p className="text-xs text-secondary">{sentence({ key: unknown.reason, values: unknown.figures })}</p>
      )}
      {missing.length > 0 && <p className="text-xs text-secondary">{t('restore.missing', { steps })}</p>}
    </>
  );
}
