/** Lets a finger move the rows, and lets them run on when it leaves. */
export function touchScroll(surface: HTMLElement, scrollBy: (x: number, y: number) => void, ended: AbortSignal): void {
  let finger: { readonly id: number; x: number; y: number; speed: number; at: number } | undefined;
  surface.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'touch') return;
      finger = { id: event.pointerId, x: event.clientX, y: event.clientY, speed: 0, at: event.timeStamp };
    },
    { signal: ended },
  );
  surface.addEventListener(
    'pointermove',
    (event) => {
      if (event.pointerId !== finger?.id) return;
      const y = finger.y - event.clientY;
      const time = Math.max(1, event.timeStamp - finger.at);
      scrollBy(finger.x - event.clientX, y);
      finger = { id: finger.id, x: event.clientX, y: event.clientY, speed: y / time, at: event.timeStamp };
    },
    { signal: ended },
  );
  const leave = (event: PointerEvent): void => {
    if (event.pointerId !== finger?.id) return;
    const { speed, at } = finger;
    finger = undefined;
    if (event.timeStamp - at < 50) runOn(speed, scrollBy, () => finger !== undefined || ended.aborted);
  };
  surface.addEventListener('pointerup', leave, { signal: ended });
  surface.addEventListener('pointercancel', leave, { signal: ended });
}

function runOn(speed: number, scrollBy: (x: number, y: number) => void, isStopped: () => boolean): void {
  let left = speed * 16;
  const step = (): void => {
    if (Math.abs(left) < 0.5 || isStopped()) return;
    scrollBy(0, left);
    left *= 0.95;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}
