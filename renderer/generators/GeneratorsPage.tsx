import { Plus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { GeneratorInfo } from '../../contract/app';
import { languageOf } from '../../text';
import { translated } from '../../text/card';
import { FileInput } from '../files/FileInput';
import { Page } from '../Page';
import { useActions, useApp } from '../state/context';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { Families } from './Families';
import { GeneratorCard } from './GeneratorCard';
import { useTaskNames } from './words';

/** Tasks in the order in which their generators are listed. Others follow. */
const TASKS = ['inpaint', 'detect', 'restore', 'fading', 'colorise', 'upscale', 'face', 'style', 'find-faces'];

/** What the file chooser offers. Weights that lie beside a net have to be chosen with it. */
const ACCEPTED = '.onnx,.dtmodel,.data,.weights,.bin,.onnx_data';

/** The installed generators by task, and where to find others. */
export function GeneratorsPage() {
  const { t, i18n } = useTranslation();
  const actions = useActions();
  const generators = useApp((state) => state.generators);
  const taskName = useTaskNames();
  useEffect(() => void actions.loadGenerators(), [actions]);
  const input = useRef<HTMLInputElement>(null);
  const pick = async () => {
    if (!(await actions.pickModel())) input.current?.click();
  };
  return (
    <Page
      testId="generators"
      title={t('generators.title')}
      buttons={
        <>
          <FileInput
            ref={input}
            accept={ACCEPTED}
            multiple
            testId="model-input"
            onFiles={(files) => void actions.takeFiles(files)}
          />
          <Button data-testid="add-model" onClick={() => void pick()}>
            <Icon of={Plus} />
            {t('library.addModel')}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys. */}
      <div tabIndex={0} className="min-h-0 grow overflow-y-auto p-6 outline-offset-[-2px]">
        <div className="mx-auto max-w-3xl">
          <p className="text-secondary">{`${t('generators.text')} ${t('library.dropHint')}`}</p>
          {generators === null && <p className="mt-4">{t('generators.loading')}</p>}
          {generators?.length === 0 && <p className="mt-4">{t('generators.none')}</p>}
          {byTask(generators ?? []).map(([task, list]) => (
            <section key={task} aria-labelledby={`task-${task}`} data-testid={`task-${task}`} className="mt-6">
              <h2 id={`task-${task}`} className="font-medium">
                {taskName(task)}
              </h2>
              <ul className="mt-2 space-y-2">
                {list.map((generator) => (
                  <GeneratorCard key={generator.id} generator={translated(generator, languageOf(i18n))} />
                ))}
              </ul>
            </section>
          ))}
          <Families />
        </div>
      </div>
    </Page>
  );
}

/** Those that ship come first in each task. */
function byTask(generators: readonly GeneratorInfo[]): [string, GeneratorInfo[]][] {
  const tasks = [...new Set([...TASKS, ...generators.map(({ task }) => task)])];
  const origins = ['shipped', 'imported'];
  return tasks
    .map((task): [string, GeneratorInfo[]] => [
      task,
      generators
        .filter((each) => each.task === task)
        .toSorted((one, other) => origins.indexOf(one.origin) - origins.indexOf(other.origin)),
    ])
    .filter(([, list]) => list.length > 0);
}
