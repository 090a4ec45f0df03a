import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Line {
  name: string;
  /** A colour of the style sheet: `--blue`. */
  colour: string;
  values: readonly number[];
}

const HEIGHT = 180;

/** Lines over time, drawn anew when the numbers, the width or the colours change. */
export function Plot(props: { title: string; at: readonly number[]; lines: readonly Line[] }) {
  const { title, at, lines } = props;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        optionsOf(current, lines),
        [[...at], ...lines.map(({ values }) => [...values])],
        current,
      );
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    const resized = new ResizeObserver(() =>
      plot?.setSize({ width: current.clientWidth, height: HEIGHT }),
    );
    resized.observe(current);
    return () => {
      dark.removeEventListener('change', draw);
      resized.disconnect();
      plot?.destroy();
    };
  }, [at, lines]);
  const sums = lines.map(({ name, values }) => `${name}: ${sumOf(values)}`).join(', ');
  return (
    <figure>
      <figcaption>
        {title} <small>({sums})</small>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={`${title}; in all ${sums}`} />
    </figure>
  );
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

function optionsOf(place: HTMLElement, lines: readonly Line[]): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--text'), grid: { stroke: colour('--line'), width: 1 } };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { live: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, most)] } },
    axes: [axis, { ...axis, size: 44 }],
    series: [
      {},
      ...lines.map(({ name, colour: own }) => ({
        label: name,
        stroke: colour(own),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}
