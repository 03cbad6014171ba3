import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { commandOf, isReady, perform } from '../commands';
import { useSession, useTools } from '../state/context';
import { ContextItem, ContextLine, ContextMenu } from '../ui/ContextMenu';
import { keyOf } from '../ui/keys';

const LOOK = [
  ['mode-original', 'mode-result', 'mode-split'],
  ['zoomFit', 'zoomActual', 'zoomDouble'],
  ['turnRight', 'turnLeft'],
] as const;
const IDLE = [['reviewPlaces', 'tool-brush', 'repairPlace', 'mask'], ...LOOK, ['export']] as const;
const EDITING = [
  ['tool-brush', 'tool-eraser', 'tool-lasso', 'tool-defect'],
  ['quickMask', 'maskInvert', 'maskClear', 'maskReset'],
  ...LOOK.slice(0, 2),
] as const;

/** The context menu of the photo. */
export function ViewerMenu({ trigger }: { trigger: ReactNode }) {
  const { t } = useTranslation();
  const session = useSession();
  const editing = useTools((state) => state.tool !== null);
  return (
    <ContextMenu trigger={trigger}>
      {(editing ? EDITING : IDLE).map((group, index) => (
        <Fragment key={group[0]}>
          {index > 0 && <ContextLine />}
          {group.map((id) => (
            <ContextItem
              key={id}
              shortcut={keyOf(id)}
              disabled={!isReady(commandOf(id), session)}
              onSelect={() => perform(commandOf(id), session)}
            >
              {t(`commands.${id}`)}
            </ContextItem>
          ))}
        </Fragment>
      ))}
    </ContextMenu>
  );
}
