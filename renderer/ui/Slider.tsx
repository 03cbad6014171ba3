import { Slider as Radix } from 'radix-ui';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../useFormat';
import { useNumberInput } from './useNumberInput';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  /** The value after a double click. */
  initial: number;
  /** The number shown is the value times this (100 for a share shown in percent). */
  factor?: number;
  unit?: string;
  testId?: string;
  /** Less high, for toolbars. */
  compact?: boolean;
  onChange(value: number): void;
  /** The slider was released, or a number was entered. */
  onSettle?(): void;
}

/** Decimals of which a step changes the last. */
const digitsFor = (step: number) => Math.max(0, Math.min(4, Math.ceil(-Math.log10(step))));

/**
 * A slider with its value as an editable number. Arrow keys step, Shift steps ten, and a double click resets. The
 * component has no state of its own, so that undo moves it too.
 */
export function Slider(props: SliderProps) {
  const {
    label,
    value,
    min,
    max,
    step,
    initial,
    factor = 1,
    unit = '',
    testId,
    compact = false,
    onChange,
    onSettle,
  } = props;
  const id = useId();
  const format = useFormat();
  const { t } = useTranslation();
  const shown = format.number(value * factor, digitsFor(step * factor));

  const set = (next: number) => {
    const stepped = Math.round((next - min) / step) * step + min;
    const limited = Math.min(max, Math.max(min, Number(stepped.toFixed(6))));
    if (limited !== value) onChange(limited);
  };
  const { field, leave } = useNumberInput(shown, (typed) => {
    if (typed !== null) set(typed / factor);
    onSettle?.();
  });

  return (
    <div className="grid grid-cols-[1fr_auto] items-center gap-x-2">
      <span id={id} className="truncate text-xs text-secondary">
        {label}
      </span>
      <span className="flex items-center text-xs">
        <input
          aria-label={t('controls.number', { label })}
          {...field}
          onKeyDown={(event) => {
            field.onKeyDown(event);
            if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
            event.preventDefault();
            leave();
            set(value + step * (event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1));
          }}
          className={`${compact ? 'h-5' : 'h-6'} w-11 rounded-md border border-transparent bg-transparent px-1 text-right transition-colors select-text hover:border-line focus:border-line focus:bg-panel`}
        />
        <span aria-hidden="true" className="w-5 pl-1 text-secondary">
          {unit}
        </span>
      </span>
      <Radix.Root
        value={[value]}
        min={min}
        max={max}
        step={step}
        data-testid={testId}
        onValueChange={([next]) => {
          if (next !== undefined) onChange(next);
        }}
        onValueCommit={() => onSettle?.()}
        onDoubleClick={() => {
          set(initial);
          onSettle?.();
        }}
        className={`relative col-span-2 -mx-[5px] flex touch-none items-center ${compact ? 'h-4' : 'h-6'}`}
      >
        <Radix.Track className="relative mx-[5px] h-0.5 grow rounded-full bg-track">
          {min < 0 && max > 0 ? (
            <span className="absolute h-full rounded-full bg-text" style={fromZero(value, min, max)} />
          ) : (
            <Radix.Range className="absolute h-full rounded-full bg-text" />
          )}
        </Radix.Track>
        <Radix.Thumb
          aria-labelledby={id}
          aria-valuetext={`${shown} ${unit}`.trim()}
          className="group flex size-6 items-center justify-center rounded-full"
        >
          <span className="size-3.5 rounded-full border-2 border-text bg-panel transition-colors group-hover:bg-raised" />
        </Radix.Thumb>
      </Radix.Root>
    </div>
  );
}

/** The part of the track between 0 and the value, for a slider with 0 in its middle. */
function fromZero(value: number, min: number, max: number) {
  const at = (of: number) => (100 * (of - min)) / (max - min);
  return { left: `${at(Math.min(0, value))}%`, width: `${Math.abs(at(value) - at(0))}%` };
}
