import {
  Brush,
  Eraser,
  Hand,
  Lasso,
  type LucideIcon,
  MousePointerClick,
  Pentagon,
  ScanEye,
  Square,
  Zap,
} from 'lucide-react';
import { Toolbar } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useActions, useTools } from '../../state/context';
import { type Tool, toolsFor } from '../../state/tools';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { Tooltip } from '../../ui/Tooltip';

const ICONS: Record<Tool, LucideIcon> = {
  hand: Hand,
  brush: Brush,
  eraser: Eraser,
  lasso: Lasso,
  polygon: Pentagon,
  rectangle: Square,
  defect: MousePointerClick,
  eye: ScanEye,
};

/** The tools, in a column beside the photo. Only shown while a mask is edited. */
export function ToolStrip() {
  const tool = useTools((state) => state.tool);
  return tool === null ? null : <Tools tool={tool} />;
}

function Tools({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const actions = useActions().tools;
  const atOnce = useTools((state) => state.atOnce);
  const target = useTools((state) => state.target);
  const item =
    'inline-flex size-8 items-center justify-center rounded-md text-text transition-colors hover:bg-raised disabled:opacity-40 disabled:pointer-events-none data-[state=on]:bg-accent data-[state=on]:text-on-accent';
  return (
    <Toolbar.Root
      orientation="vertical"
      aria-label={t('mask.tools')}
      data-testid="tool-strip"
      className="flex shrink-0 flex-col gap-0.5 overflow-y-auto border-r border-line bg-panel p-1"
    >
      <Toolbar.ToggleGroup
        type="single"
        value={tool}
        onValueChange={(next) => {
          if (next !== '') actions.take(next as Tool);
        }}
        className="flex flex-col gap-0.5"
        aria-label={t('mask.tools')}
      >
        {toolsFor(target, atOnce).map((each) => (
          <Tooltip key={each} text={t(`mask.tool.${each}`)} shortcut={keyOf(`tool-${each}`)}>
            {/* Wrapped, because the tooltip would replace the button's own `data-state`. */}
            <span className="inline-flex">
              <Toolbar.ToggleItem
                value={each}
                aria-label={t(`mask.tool.${each}`)}
                data-testid={`tool-${each}`}
                className={item}
              >
                <Icon of={ICONS[each]} />
              </Toolbar.ToggleItem>
            </span>
          </Tooltip>
        ))}
      </Toolbar.ToggleGroup>
      {target === 'repair' && (
        <>
          <Toolbar.Separator className="mx-1 h-px bg-line" />
          <Tooltip text={t('mask.atOnce')} shortcut={keyOf('atOnce')}>
            <span className="inline-flex">
              <Toolbar.ToggleGroup
                type="single"
                value={atOnce ? 'on' : ''}
                onValueChange={() => actions.toggleAtOnce()}
                aria-label={t('mask.atOnce')}
              >
                <Toolbar.ToggleItem
                  value="on"
                  aria-label={t('mask.atOnce')}
                  data-testid="tool-at-once"
                  className={item}
                >
                  <Icon of={Zap} />
                </Toolbar.ToggleItem>
              </Toolbar.ToggleGroup>
            </span>
          </Tooltip>
        </>
      )}
    </Toolbar.Root>
  );
}
