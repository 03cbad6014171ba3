import { Command as Cmdk } from 'cmdk';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { COMMAND_GROUPS, COMMANDS, isReady, perform, strokeText } from '../commands';
import { useRecipeChoices } from '../recipe/choices';
import { useActions, usePhotos, useSession } from '../state/context';
import { Dialog } from '../ui/Dialog';
import { onMac } from '../ui/keys';

/** Finds a command, an open photo or a recipe by a few letters of its name. */
export function Palette({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const session = useSession();
  const actions = useActions();
  const photos = usePhotos((state) => state.photos);
  const activeKey = usePhotos((state) => state.activeKey);
  const recipes = useRecipeChoices();
  const ref = useRef<HTMLDivElement>(null);
  /** Runs after the dialog has closed and returned the focus, because the command may open another dialog. */
  const chosen = useRef<(() => void) | null>(null);
  const choose = (act: () => void) => {
    chosen.current = act;
    ref.current?.closest('dialog')?.close();
  };
  const item =
    'flex h-8 items-center justify-between gap-6 rounded-md px-2 data-[selected=true]:bg-accent data-[selected=true]:text-on-accent';
  const group =
    'mt-2 first:mt-0 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-secondary';
  return (
    <Dialog
      title={t('palette.title')}
      width={560}
      testId="palette"
      onClose={() => {
        onClose();
        chosen.current?.();
      }}
    >
      <Cmdk ref={ref} loop vimBindings={false} label={t('palette.title')} className="outline-none">
        <Cmdk.Input
          data-initial-focus
          placeholder={t('palette.search')}
          className="h-9 w-full rounded-md border border-track bg-raised px-3 text-text select-text placeholder:text-secondary"
        />
        {/* Outside the list, because a list box may only contain options. It takes no room, so that the dialog keeps
        its size. */}
        <div role="status" className="h-0">
          <Cmdk.Empty className="px-2 py-8 text-center text-secondary">{t('palette.none')}</Cmdk.Empty>
        </div>
        <Cmdk.List label={t('palette.list')} className="mt-3 h-[min(400px,50vh)] overflow-y-auto">
          {COMMAND_GROUPS.map((name) => (
            <Cmdk.Group key={name} heading={t(`commandGroups.${name}`)} className={group}>
              {COMMANDS.filter(
                (command) => command.group === name && command.id !== 'palette' && isReady(command, session),
              ).map((command) => (
                <Cmdk.Item
                  key={command.id}
                  value={command.id}
                  keywords={[t(`commands.${command.id}`)]}
                  onSelect={() => choose(() => perform(command, session))}
                  className={item}
                >
                  <span className="truncate">{t(`commands.${command.id}`)}</span>
                  {command.keys[0] !== undefined && (
                    <kbd className="shrink-0 font-sans text-xs">{strokeText(command.keys[0], onMac)}</kbd>
                  )}
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          ))}
          {recipes.length > 0 && activeKey !== null && (
            <Cmdk.Group heading={t('palette.recipes')} className={group}>
              {recipes.map(({ id, name }) => (
                <Cmdk.Item
                  key={id}
                  value={`recipe-${id}`}
                  keywords={[name]}
                  onSelect={() => choose(() => actions.chooseRecipe(activeKey, id))}
                  className={item}
                >
                  <span className="truncate">{name}</span>
                </Cmdk.Item>
              ))}
            </Cmdk.Group>
          )}
          {photos.length > 1 && (
            <Cmdk.Group heading={t('palette.photos')} className={group}>
              {photos
                .filter(({ key }) => key !== activeKey)
                .map(({ key, name }) => (
                  <Cmdk.Item
                    key={key}
                    value={`photo-${key}`}
                    keywords={[name]}
                    onSelect={() => choose(() => actions.activate(key))}
                    className={item}
                  >
                    <span className="truncate">{name}</span>
                  </Cmdk.Item>
                ))}
            </Cmdk.Group>
          )}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}
