// In the reader's browser: the map of the page shows where one is.

/** Marks the section that is read in the contents. Sent to the page as text: it may use nothing of this module. */
export function sectionMap(): void {
  const links = new Map<string, HTMLElement>();
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a[href^="#"]')) {
    links.set(link.hash.slice(1), link);
  }
  const seen = new Set<string>();
  let current: HTMLElement | undefined;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) seen.add(target.id);
        else seen.delete(target.id);
      }
      const next = [...links].find(([id]) => seen.has(id))?.[1];
      if (next === undefined || next === current) return;
      current?.removeAttribute('aria-current');
      next.setAttribute('aria-current', 'true');
      current = next;
      // The map itself may be longer than the screen.
      const map = next.closest('nav');
      if (map === null) return;
      const box = next.getBoundingClientRect();
      const frame = map.getBoundingClientRect();
      if (box.top < frame.top || box.bottom > frame.bottom)
        map.scrollTop += box.top - frame.top - frame.height / 2;
      if (box.left < frame.left || box.right > frame.right) map.scrollLeft += box.left - frame.left - 20;
    },
    // The line that is read lies in the upper third.
    { rootMargin: '-20% 0px -65% 0px' },
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section !== null) observer.observe(section);
  }
}
