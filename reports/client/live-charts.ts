// In the reader's browser: drawings become charts that answer the pointer.
import type * as VegaModule from 'vega';
import type { Column, PackedChart } from '../charts/live-spec.ts';
import type { Unpacking } from './unpack.ts';

/**
 * Draws a chart anew as an interactive one when it first comes near the screen, one at a time and when the browser is idle;
 * makes legends switch their series on and off. Sent to the page as text: it may use nothing of this module but types.
 */
export function liveCharts(): void {
  const { unpack, loadVega } = (window as unknown as { morphline: Unpacking }).morphline;
  const TIP_GAP_PX = 14;
  const NEAR_SCREEN = '300px';
  /** Of a figure, what there is to draw, and what its reader wants to see of it. */
  interface State {
    readonly views: VegaModule.View[];
    /** Series that its reader switched off. */
    hidden: string[];
    /** What its controls say, by signal. */
    readonly signals: Map<string, string>;
  }
  const figures = new Map<Element, State>();
  function stateOf(figure: Element): State {
    const state = figures.get(figure) ?? { views: [], hidden: [], signals: new Map() };
    figures.set(figure, state);
    return state;
  }

  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  tip.hidden = true;
  document.body.append(tip);

  const showTip = (_: unknown, event: MouseEvent, __: unknown, value: unknown) => {
    if (value === null || value === undefined || value === '') {
      tip.hidden = true;
      return;
    }
    const facts = typeof value === 'object' ? Object.entries(value) : [['', String(value)] as const];
    tip.replaceChildren(
      ...facts.map(([name, fact]) => {
        const row = document.createElement('div');
        const label = document.createElement('span');
        label.textContent = name;
        row.append(label, String(fact));
        return row;
      }),
    );
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    const right = x + TIP_GAP_PX + width < document.documentElement.clientWidth;
    const below = y + TIP_GAP_PX + height < window.innerHeight;
    tip.style.left = `${Math.max(0, right ? x + TIP_GAP_PX : x - TIP_GAP_PX - width)}px`;
    tip.style.top = `${Math.max(0, below ? y + TIP_GAP_PX : y - TIP_GAP_PX - height)}px`;
  };

  function rowsOf(columns: Readonly<Record<string, Column>>): Record<string, unknown>[] {
    const fields = Object.entries(columns).map(([field, column]) => {
      if (!('texts' in column)) return [field, column] as const;
      return [field, column.at.map((place) => column.texts[place])] as const;
    });
    const count = fields[0]?.[1].length ?? 0;
    return Array.from({ length: count }, (_, i) =>
      Object.fromEntries(fields.map(([field, values]) => [field, values[i]])),
    );
  }

  /** Colours of the page now: a canvas knows no custom properties. */
  function resolved(text: string): string {
    const style = getComputedStyle(document.documentElement);
    return text.replace(/var\((--\w+)\)/g, (_, name: string) => style.getPropertyValue(name).trim());
  }

  async function specOf(source: Element): Promise<PackedChart> {
    const text = (await unpack(source)).replaceAll(
      '"inherit"',
      JSON.stringify(getComputedStyle(document.body).fontFamily),
    );
    const packed = JSON.parse(text) as PackedChart;
    return packed.canvas ? (JSON.parse(resolved(text)) as PackedChart) : packed;
  }

  async function draw(chart: HTMLElement): Promise<void> {
    const source = chart.querySelector('script');
    const still = chart.querySelector('svg');
    if (source === null || still === null) return;
    const [vega, { spec, columns, canvas }] = await Promise.all([loadVega(), specOf(source)]);
    for (const data of (spec.data ?? []) as { name: string; values?: unknown }[]) {
      const packed = columns[data.name];
      if (packed !== undefined) data.values = rowsOf(packed);
    }
    const holder = document.createElement('div');
    holder.className = 'view';
    const view = new vega.View(vega.parse(spec, undefined, { ast: true }), {
      expr: vega.expressionInterpreter as never,
      renderer: canvas ? 'canvas' : 'svg',
      hover: true,
      tooltip: showTip as never,
    });
    const fits = (spec.autosize as { type?: string } | undefined)?.type === 'fit';
    const width = chart.clientWidth;
    if (fits && width > 0) view.width(width);
    const figure = chart.closest('figure') ?? chart;
    const state = stateOf(figure);
    choose(view, state);
    await view.initialize(holder).runAsync();
    // One image with one label for assistive technology, as the drawing was.
    for (const part of holder.children) part.setAttribute('aria-hidden', 'true');
    holder.setAttribute('role', 'img');
    holder.setAttribute('aria-label', still.getAttribute('aria-label') ?? '');
    chart.querySelector('.view')?.remove();
    chart.append(holder);
    chart.classList.add('live');
    state.views.push(view);
    chart.dispatchEvent(new CustomEvent('live', { bubbles: true, detail: view }));
    if (!fits) return;
    let last = width;
    new ResizeObserver(() => {
      const now = chart.clientWidth;
      if (now === last || now === 0) return;
      last = now;
      void view.width(now).runAsync();
    }).observe(chart);
  }

  /** Leaves out what a figure's reader does not want to see. */
  function choose(view: VegaModule.View, { hidden, signals }: State): void {
    // Not every chart of a figure has all of them.
    const known = view.getState({ signals: () => true, data: () => false }).signals ?? {};
    if ('hidden' in known) view.signal('hidden', [...hidden]);
    for (const [name, value] of signals) if (name in known) view.signal(name, value);
  }

  function chooseAll(state: State): void {
    for (const view of state.views) {
      choose(view, state);
      void view.runAsync();
    }
  }

  const waiting: HTMLElement[] = [];
  const idle = window.requestIdleCallback ?? ((task: () => void) => setTimeout(task, 1));
  let isDrawing = false;
  function drawNext(): void {
    const chart = waiting.shift();
    isDrawing = chart !== undefined;
    if (chart === undefined) return;
    idle(() => {
      // A chart that cannot be drawn stays the picture that it is.
      draw(chart)
        .catch((error: unknown) => console.error(error))
        .finally(drawNext);
    });
  }
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        waiting.push(target as HTMLElement);
      }
      if (!isDrawing) drawNext();
    },
    { rootMargin: NEAR_SCREEN },
  );
  const charts = Array.from(document.querySelectorAll<HTMLElement>('.chart'));
  for (const chart of charts) if (chart.querySelector('script') !== null) observer.observe(chart);

  for (const legend of document.querySelectorAll('.legend')) {
    for (const item of legend.querySelectorAll<HTMLElement>('[data-series]')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', 'true');
      button.append(...item.childNodes);
      item.append(button);
      button.addEventListener('click', () => {
        const figure = legend.closest('figure');
        if (figure === null) return;
        const state = stateOf(figure);
        const series = item.dataset.series ?? '';
        const isShown = state.hidden.includes(series);
        state.hidden = isShown ? state.hidden.filter((name) => name !== series) : [...state.hidden, series];
        button.setAttribute('aria-pressed', String(isShown));
        chooseAll(state);
      });
    }
  }

  function searchField(label: string): HTMLInputElement {
    const field = document.createElement('input');
    field.type = 'search';
    field.placeholder = label;
    return field;
  }

  function choice(options: string): HTMLSelectElement {
    const select = document.createElement('select');
    for (const { value, label } of JSON.parse(options) as { value: string; label: string }[]) {
      const option = document.createElement('option');
      option.value = value;
      option.textContent = label;
      select.append(option);
    }
    return select;
  }

  for (const tools of document.querySelectorAll<HTMLElement>('figure > .controls')) {
    const figure = tools.closest('figure');
    if (figure === null) continue;
    tools.className = 'tools';
    tools.hidden = false;
    for (const place of tools.querySelectorAll<HTMLElement>('[data-signal]')) {
      const { signal = '', label = '', options } = place.dataset;
      const control = options === undefined ? searchField(label) : choice(options);
      control.addEventListener('input', () => {
        const state = stateOf(figure);
        state.signals.set(signal, control.value.trim());
        chooseAll(state);
      });
      const named = document.createElement('label');
      if (options === undefined) control.setAttribute('aria-label', label);
      else named.append(label);
      named.append(control);
      place.replaceWith(named);
    }
  }

  // What is drawn on a canvas keeps the colours that it was drawn in.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const state of figures.values()) state.views.length = 0;
    for (const chart of charts) if (chart.classList.contains('live')) observer.observe(chart);
  });
}
