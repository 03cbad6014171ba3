import { describe, expect, test } from 'vitest';
import { createViewActions, createViewStore, percentOf, viewOf } from './view';

const photo = { width: 4000, height: 3000 };

function setUp() {
  const store = createViewStore();
  const actions = createViewActions(store);
  actions.setPane({ width: 800, height: 600 }, 2);
  return { store, actions, view: () => viewOf(store.getState(), 'a', photo) };
}

describe('view of a photo', () => {
  test('is fitted at first, follows the window, and is fitted again on request', () => {
    const { store, actions, view } = setUp();
    const small = view().scale;
    actions.setPane({ width: 1600, height: 1200 }, 2);
    expect(view().scale).toBeGreaterThan(small);
    actions.zoomTo('a', photo, 100);
    actions.zoomFit('a');
    expect(store.getState().views).toEqual({});
  });

  test('100 % is one photo pixel on one device pixel, and a double click toggles it', () => {
    const { actions, view } = setUp();
    const fitted = view();
    actions.toggleActual('a', photo, { x: 100, y: 100 });
    expect(view().scale).toBe(0.5);
    actions.toggleActual('a', photo, { x: 100, y: 100 });
    expect(view()).toEqual(fitted);
  });

  test('100 % of an enlarged photo is a pixel of its result, in the coordinates of the photo', () => {
    const { store, actions, view } = setUp();
    actions.zoomTo('a', photo, 100);
    actions.lookAt('a', photo, { x: 1000, y: 700 });
    actions.setTimes('a', 4);
    // What is seen stays; the percentage is that of the result.
    expect(view()).toMatchObject({ x: 1000, y: 700, scale: 0.5 });
    expect(percentOf(store.getState(), 'a', photo)).toBe(25);
    actions.zoomTo('a', photo, 100);
    expect(view()).toMatchObject({ x: 1000, y: 700, scale: 2 });
    actions.zoomStep('a', photo, 1);
    actions.zoomStep('a', photo, 1);
    expect(percentOf(store.getState(), 'a', photo)).toBeCloseTo(200);
    // It fits the pane as before, and another photo has its own 100 %.
    actions.zoomFit('a');
    expect(view().scale).toBe(viewOf(store.getState(), 'b', photo).scale);
    actions.zoomTo('b', photo, 100);
    expect(viewOf(store.getState(), 'b', photo).scale).toBe(0.5);
  });

  test('zooming in at the limit does not move the photo', () => {
    const { actions, view } = setUp();
    for (let i = 0; i < 60; i++) actions.zoomBy('a', photo, 1.5, { x: 700, y: 500 });
    const before = view();
    actions.zoomBy('a', photo, 1.5, { x: 10, y: 10 });
    expect(view().x).toBeCloseTo(before.x, 6);
    expect(view().y).toBeCloseTo(before.y, 6);
  });

  test('is kept for each photo', () => {
    const { store, actions } = setUp();
    actions.zoomTo('a', photo, 100);
    actions.zoomTo('b', photo, 200);
    actions.pan('b', photo, 50, 0);
    expect(viewOf(store.getState(), 'a', photo)).toEqual({
      x: 2000,
      y: 1500,
      scale: 0.5,
      orientation: 1,
    });
  });

  test('of a rotated photo is fitted again or keeps its zoom, and other photos keep theirs', () => {
    const { store, actions, view } = setUp();
    const upright = view().scale;
    actions.setOrientation('a', 6);
    expect(view()).toMatchObject({ orientation: 6 });
    expect(view().scale).toBeLessThan(upright);
    actions.zoomTo('a', photo, 200);
    actions.setOrientation('a', 1);
    expect(view()).toMatchObject({ orientation: 1, scale: 1 });
    expect(viewOf(store.getState(), 'b', photo).orientation).toBe(1);
  });

  test('goes to a part, as large as it fits with its surroundings, also where the photo is turned', () => {
    const { actions, view } = setUp();
    actions.showPart('a', photo, { x: 1000, y: 1400, width: 1000, height: 100 });
    expect(view()).toMatchObject({ x: 1500, y: 1450, scale: 0.5 });
    actions.setOrientation('a', 6);
    actions.showPart('a', photo, { x: 1000, y: 1400, width: 1000, height: 100 });
    expect(view()).toMatchObject({ x: 1500, y: 1450, scale: 0.375 });
    // A speck is not enlarged without limit.
    actions.showPart('a', photo, { x: 1000, y: 1400, width: 2, height: 2 });
    expect(view().scale).toBe(2);
  });

  test('the split stays between the edges', () => {
    const { store, actions } = setUp();
    actions.setSplit(1.7);
    expect(store.getState().split).toBe(1);
    actions.setSplit(-0.2);
    expect(store.getState().split).toBe(0);
  });
});
