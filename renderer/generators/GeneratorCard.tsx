import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GeneratorInfo } from '../../contract/app';
import { languageOf } from '../../text';
import { figureWords } from '../../text/figures';
import { useActions, useActivePhoto, useApp, useLibrary } from '../state/context';
import { recipesWith } from '../state/library';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { DialogFooter } from '../ui/DialogFooter';
import { DisclosureButton } from '../ui/DisclosureButton';
import { TEXT_FIELD } from '../ui/Field';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { TrialPictures } from './TrialPictures';
import { useDecisionWords } from './words';

/** A generator: what it is, where it came from, how it is known, and what can be done with it. */
export function GeneratorCard({ generator }: { generator: GeneratorInfo }) {
  const { t } = useTranslation();
  const format = useFormat();
  const trial = useLibrary((state) => state.trials[generator.id] ?? null);
  const isOwn = generator.origin === 'imported';
  const facts = [
    isOwn ? '' : t('generators.version', { version: generator.version }),
    t('generators.parameters', { figure: format.number(generator.parameters, 0) }),
    format.bytes(generator.bytes),
    generator.licence === '' ? t('library.noLicence') : generator.licence,
    isOwn ? generator.author : '',
  ];
  return (
    <li data-testid={`generator-${generator.id}`} className="rounded-md border border-line bg-raised p-4 select-text">
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="min-w-0 font-medium break-words">{generator.name}</h3>
        <span className={`shrink-0 text-xs ${generator.state === 'ready' ? 'text-secondary' : 'text-danger'}`}>
          {isOwn && generator.state === 'ready' ? t('models.imported') : t(`generators.states.${generator.state}`)}
        </span>
      </div>
      {generator.description !== '' && <p className="mt-1">{generator.description}</p>}
      <p className="mt-1 text-xs break-words text-secondary">{facts.filter(Boolean).join(' · ')}</p>
      {generator.added !== null && (
        <p className="mt-1 text-xs break-words text-secondary">
          {[t('library.from', { file: generator.added.file, date: format.date(generator.added.at) }), generator.source]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {isOwn && generator.commercial !== 'yes' && (
        <p className="mt-1 text-xs">
          {t(generator.commercial === 'no' ? 'library.nonCommercial' : 'library.rightsUnknown')}
        </p>
      )}
      {generator.state === 'ready' && !generator.isUsed && (
        <p data-testid="unused" className="mt-1 text-xs">
          {t('models.unused')}
        </p>
      )}
      <Figures generator={generator} />
      <Known generator={generator} />
      <Buttons generator={generator} />
      {trial !== null && (
        <div className="mt-3">
          <TrialPictures state={trial} />
        </div>
      )}
    </li>
  );
}

/** What was measured when it was trained, and its limits. */
function Figures({ generator }: { generator: GeneratorInfo }) {
  const { t, i18n } = useTranslation();
  const words = (text: string) => figureWords(text, languageOf(i18n));
  const format = useFormat();
  return (
    <>
      {generator.measured.length > 0 && (
        <>
          <h4 className="mt-3 text-xs font-medium">{t('generators.measured')}</h4>
          <ul className="text-xs text-secondary">
            {generator.measured.map((figure) => (
              <li key={`${figure.metric} ${figure.data}`} className="flex items-baseline justify-between gap-4">
                <span>{`${words(figure.metric)} (${words(figure.data)})`}</span>
                <span className="shrink-0 text-text">{`${format.number(figure.value, 3)} ${words(figure.unit)}`}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {generator.limits !== '' && (
        <>
          <h4 className="mt-3 text-xs font-medium">{t('generators.limits')}</h4>
          <p className="text-xs break-words text-secondary">{generator.limits}</p>
        </>
      )}
    </>
  );
}

/** How each thing was found out: said by a person, or measured. */
function Known({ generator }: { generator: GeneratorInfo }) {
  const { t } = useTranslation();
  const say = useSentences();
  const words = useDecisionWords();
  const id = useId();
  const [open, setOpen] = useState(false);
  const { evidence } = generator;
  if (evidence.length === 0) return null;
  const said = evidence.filter((each) => each.said).length;
  return (
    <div className="mt-2">
      <DisclosureButton
        open={open}
        controls={id}
        label={
          said === 0
            ? t('library.measuredAll', { count: evidence.length })
            : t('library.known', { said, measured: evidence.length - said })
        }
        onClick={() => setOpen(!open)}
      />
      <ul id={id} hidden={!open} className="mt-1 space-y-1 text-xs text-secondary">
        {evidence.map(({ field, said: isSaid, because }) => (
          <li key={field} className="break-words">
            <span className="text-text">{words.field(field)}</span>
            {`: ${[isSaid ? `${t('models.confidence.said')}.` : '', ...because.map((message) => say.sentence(message))]
              .filter(Boolean)
              .join(' ')}`}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Buttons({ generator }: { generator: GeneratorInfo }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { library } = useActions();
  const photo = useActivePhoto()?.photo ?? null;
  const isTrying = useLibrary((state) => (state.trials[generator.id]?.jobId ?? null) !== null);
  const speed = useLibrary((state) => state.benchmarks[generator.id] ?? null);
  const [asked, setAsked] = useState<'rename' | 'remove' | null>(null);
  const isOwn = generator.origin === 'imported';
  const canRun = generator.setting === 'generator' && generator.isUsed && generator.state === 'ready';
  if (!canRun && !isOwn) return null;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      {canRun && (
        <>
          <Button
            data-testid="try"
            disabled={photo === null || isTrying || generator.takesExample}
            title={
              generator.takesExample ? t('models.exampleToTry') : photo === null ? t('library.noPhoto') : undefined
            }
            onClick={() => void library.try(generator)}
          >
            {t('library.try')}
          </Button>
          <Button data-testid="benchmark" onClick={() => void library.benchmark(generator)}>
            {t('library.benchmark')}
          </Button>
        </>
      )}
      {isOwn && (
        <>
          <Button data-testid="rename" onClick={() => setAsked('rename')}>
            {t('library.rename')}
          </Button>
          <Button data-testid="remove" onClick={() => setAsked('remove')}>
            {t('library.remove')}
          </Button>
        </>
      )}
      {speed !== null && (
        <span data-testid="speed" className="text-xs text-secondary">
          {t('library.measured', {
            seconds: format.number(speed.secondsPerMegapixel, speed.secondsPerMegapixel < 10 ? 2 : 0),
            memory: format.bytes(speed.memory),
          })}
        </span>
      )}
      {asked === 'rename' && <RenameDialog generator={generator} onClose={() => setAsked(null)} />}
      {asked === 'remove' && <RemoveDialog generator={generator} onClose={() => setAsked(null)} />}
    </div>
  );
}

interface AboutProps {
  generator: GeneratorInfo;
  onClose(): void;
}

function RenameDialog({ generator, onClose }: AboutProps) {
  const { t } = useTranslation();
  const { library } = useActions();
  const id = useId();
  const [name, setName] = useState(generator.name);
  const rename = () => {
    onClose();
    void library.rename(generator, name.trim());
  };
  return (
    <Dialog
      title={t('library.renameTitle')}
      onClose={onClose}
      footer={
        <DialogFooter
          confirm={t('library.rename')}
          testId="rename-confirm"
          disabled={name.trim() === ''}
          onConfirm={rename}
          onCancel={onClose}
        />
      }
    >
      <label htmlFor={id} className="block text-xs text-secondary">
        {t('library.name')}
      </label>
      <input
        id={id}
        data-initial-focus
        data-testid="new-name"
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && name.trim() !== '' && rename()}
        className={`mt-1 h-7 w-full ${TEXT_FIELD}`}
      />
    </Dialog>
  );
}

/** Asks, since the file may be nowhere else, and names the recipes that would miss it. */
function RemoveDialog({ generator, onClose }: AboutProps) {
  const { t } = useTranslation();
  const { library } = useActions();
  const recipes = useApp((state) => state.recipes);
  const users = recipesWith(recipes, generator.id);
  return (
    <Dialog
      title={t('library.removeTitle', { name: generator.name })}
      onClose={onClose}
      testId="remove-generator"
      footer={
        <>
          <Button look="quiet" data-initial-focus onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-testid="remove-confirm"
            onClick={() => {
              onClose();
              void library.remove(generator);
            }}
          >
            {t('library.remove')}
          </Button>
        </>
      }
    >
      <p>{t('library.removeText')}</p>
      {users.length > 0 && (
        <p data-testid="users" className="mt-2">
          {t('models.missed', { count: users.length, recipes: users.map((name) => `“${name}”`).join(', ') })}
        </p>
      )}
    </Dialog>
  );
}
