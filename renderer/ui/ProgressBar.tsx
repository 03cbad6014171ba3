interface ProgressBarProps {
  label: string;
  done: number;
  total: number;
  /** How far it is, in words. */
  text?: string;
  /** False: nothing is known yet of how far it is. */
  isKnown?: boolean;
  className?: string;
}

export function ProgressBar({ label, done, total, text, isKnown = true, className = '' }: ProgressBarProps) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, total)}
      aria-valuenow={isKnown ? done : undefined}
      aria-valuetext={text}
      className={`overflow-hidden rounded-full bg-line ${className}`}
    >
      <div
        className="h-full origin-left bg-accent transition-transform"
        style={{ transform: `scaleX(${total === 0 ? 0 : done / total})` }}
      />
    </div>
  );
}
