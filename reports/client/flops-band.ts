// In the reader's browser: a band of FLOPs, moved over the panels of a study, tells what FLOPs do not.
import type { View } from 'vega';
import type { Unpacking } from './unpack.ts';

/** What `sections/flops-band.ts` wrote. */
interface BandData {
  /** By network. */
  readonly flops: readonly number[];
  readonly maxFlops: number;
  readonly flopsUnit: { readonly name: string; readonly base: number };
  readonly devices: readonly {
    readonly name: string;
    readonly unit: { readonly name: string; readonly base: number };
    /** By network, in µs. */
    readonly latencyUs: readonly number[];
  }[];
  /** Null where the networks cannot be drawn again. */
  readonly widths: { readonly layers: readonly string[]; readonly base64: string } | null;
}

/**
 * Makes the band of each study: two sliders, the same band drawn on every panel, and dragging on a panel moves it. Sent to the
 * page as text: it may use nothing of this module but types.
 */
export function flopsBand(): void {
  const NAMED_LAYERS = 6;
  const STEPS = 200;
  /** A third of the band's networks against another says more than a fastest one against a slowest. */
  const PART = 3;
  const FEWEST = 12;

  const digits = (value: number) =>
    value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
  const percent = (share: number) => `${Math.round(100 * share)} %`;

  /** @returns what makes a panel answer, once it is drawn */
  function make(frame: HTMLElement, data: BandData): (view: View) => void {
    const { flops, maxFlops, flopsUnit, devices, widths } = data;
    const bytes =
      widths === null ? null : Uint8Array.from(atob(widths.base64), (letter) => letter.charCodeAt(0));
    const order = flops.map((_, i) => i).sort((a, b) => (flops[a] as number) - (flops[b] as number));
    const sorted = order.map((i) => flops[i] as number);
    const views: View[] = [];
    const middle = sorted[Math.floor(sorted.length / 2)] ?? maxFlops / 2;
    let band: [number, number] = [0.95 * middle, 1.05 * middle];

    const controls = document.createElement('div');
    controls.className = 'tools';
    const told = document.createElement('div');
    told.setAttribute('aria-live', 'polite');
    const inputs = ['from', 'to'].map((name, end) => {
      const label = document.createElement('label');
      const input = document.createElement('input');
      input.type = 'range';
      input.min = '0';
      input.max = String(STEPS);
      input.addEventListener('input', () => {
        const value = (maxFlops * Number(input.value)) / STEPS;
        const other = band[1 - end] as number;
        band = value <= other ? [value, other] : [other, value];
        show(true);
      });
      label.append(name, input);
      controls.append(label);
      return input;
    });
    frame.append(controls, told);

    /** Place of the first network of at least as many FLOPs. */
    function place(value: number): number {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sorted[middle] as number) < value) low = middle + 1;
        else high = middle;
      }
      return low;
    }

    function row(cells: readonly string[], tag: 'td' | 'th'): HTMLTableRowElement {
      const made = document.createElement('tr');
      made.append(
        ...cells.map((text, i) => {
          const cell = document.createElement(i === 0 ? 'th' : tag);
          if (i > 0) cell.className = 'number';
          cell.textContent = text;
          return cell;
        }),
      );
      return made;
    }

    function table(heading: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
      const made = document.createElement('table');
      const head = document.createElement('thead');
      head.append(row(heading, 'th'));
      const body = document.createElement('tbody');
      body.append(...rows.map((cells) => row(cells, 'td')));
      made.append(head, body);
      const scroll = document.createElement('div');
      scroll.className = 'scroll';
      scroll.tabIndex = 0;
      scroll.setAttribute('role', 'group');
      scroll.setAttribute('aria-label', 'Table');
      scroll.append(made);
      return scroll;
    }

    /** Two to a byte, in sixteen steps. */
    function shareAt(place: number): number {
      const byte = bytes?.[place >> 1] ?? 0;
      return (place % 2 === 0 ? byte >> 4 : byte & 15) / 15;
    }

    /** Layers that the slow third of the band's networks has wider or narrower than the fast third. */
    function layersOf(inside: readonly number[], latencyUs: readonly number[]): (readonly string[])[] {
      if (widths === null || bytes === null) return [];
      const layers = widths.layers.length;
      const byLatency = [...inside].sort((a, b) => (latencyUs[a] as number) - (latencyUs[b] as number));
      const third = Math.floor(byLatency.length / PART);
      const mean = (list: readonly number[], layer: number) =>
        list.reduce((sum, i) => sum + shareAt(i * layers + layer), 0) / list.length;
      return widths.layers
        .map((name, layer) => {
          const fast = mean(byLatency.slice(0, third), layer);
          const slow = mean(byLatency.slice(-third), layer);
          return { name, fast, slow };
        })
        .sort((a, b) => Math.abs(b.slow - b.fast) - Math.abs(a.slow - a.fast))
        .slice(0, NAMED_LAYERS)
        .map(({ name, fast, slow }) => [name, percent(fast), percent(slow)]);
    }

    function show(movesViews: boolean): void {
      const [low, high] = band;
      inputs.forEach((input, end) => {
        input.value = String(Math.round((STEPS * (band[end] as number)) / maxFlops));
        input.setAttribute(
          'aria-valuetext',
          `${digits((band[end] as number) / flopsUnit.base)} ${flopsUnit.name}`,
        );
      });
      // Both ends belong to it, though data have fewer digits than a slider.
      const inside = order.slice(place(low * (1 - 1e-6)), place(high * (1 + 1e-6)));
      const said = document.createElement('p');
      said.textContent = `${inside.length.toLocaleString('en')} networks of ${digits(low / flopsUnit.base)} to ${digits(high / flopsUnit.base)} ${flopsUnit.name}.`;
      const parts: HTMLElement[] = [said];
      if (inside.length > 1) {
        parts.push(
          table(
            ['Device', 'fastest', 'slowest', 'slowest / fastest'],
            devices.map(({ name, unit, latencyUs }) => {
              const latencies = inside.map((i) => latencyUs[i] as number).filter((us) => us > 0);
              const [least, most] = [Math.min(...latencies), Math.max(...latencies)];
              return [
                name,
                `${digits(least / unit.base)} ${unit.name}`,
                `${digits(most / unit.base)} ${unit.name}`,
                `${(most / least).toFixed(2)}×`,
              ];
            }),
          ),
        );
      }
      const last = devices.at(-1);
      if (inside.length >= FEWEST && last !== undefined) {
        const layers = layersOf(inside, last.latencyUs);
        if (layers.length > 0) {
          parts.push(table([`Width on average, on ${last.name}`, 'fast third', 'slow third'], layers));
        }
      }
      told.replaceChildren(...parts);
      if (movesViews) for (const view of views) move(view);
    }

    function move(view: View): void {
      view.signal('band_from', band[0] / flopsUnit.base).signal('band_to', band[1] / flopsUnit.base);
      void view.runAsync();
    }

    function attach(view: View): void {
      if (!('band_from' in (view.getState().signals ?? {}))) return;
      views.push(view);
      move(view);
      const holder = view.container();
      if (holder === null) return;
      holder.classList.add('brushed');
      let start: number | null = null;
      const at = ({ clientX }: PointerEvent) => {
        const [left] = view.origin();
        const x = clientX - holder.getBoundingClientRect().left - left;
        const scale = view.scale('x') as { invert(x: number): number };
        return Math.min(maxFlops, Math.max(0, scale.invert(x) * flopsUnit.base));
      };
      holder.addEventListener('pointerdown', (event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        start = at(event);
        holder.setPointerCapture(event.pointerId);
        event.preventDefault();
      });
      holder.addEventListener('pointermove', (event) => {
        if (start === null) return;
        const now = at(event);
        band = [Math.min(start, now), Math.max(start, now)];
        show(true);
      });
      holder.addEventListener('pointerup', () => {
        start = null;
      });
    }
    show(false);
    frame.hidden = false;
    return attach;
  }

  const { unpack } = (window as unknown as { morphline: Unpacking }).morphline;
  for (const frame of document.querySelectorAll<HTMLElement>('.band')) {
    const section = frame.closest('section');
    const block = frame.querySelector('script');
    if (section === null || block === null) continue;
    // Panels may be drawn before the data is read.
    const drawn: View[] = [];
    let attach: (view: View) => void = (view) => drawn.push(view);
    section.addEventListener('live', (event) => attach((event as CustomEvent<View>).detail));
    void unpack(block).then((text) => {
      attach = make(frame, JSON.parse(text) as BandData);
      for (const view of drawn) attach(view);
    });
  }
}
