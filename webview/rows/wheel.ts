/** As in the editor: with Alt five times as far, with Shift sideways. */
const fast = 5;

/** Pixels a turn of the wheel means. */
export function wheelDistance(event: WheelEvent, rowHeight: number, pageHeight: number): { x: number; y: number } {
  const unit = unitOf(event.deltaMode, rowHeight, pageHeight) * (event.altKey ? fast : 1);
  const isSideways = event.shiftKey && event.deltaX === 0;
  return isSideways ? { x: event.deltaY * unit, y: 0 } : { x: event.deltaX * unit, y: event.deltaY * unit };
}

function unitOf(mode: number, rowHeight: number, pageHeight: number): number {
  if (mode === WheelEvent.DOM_DELTA_LINE) return rowHeight;
  return mode === WheelEvent.DOM_DELTA_PAGE ? pageHeight : 1;
}
