/** Every command that a host has, its answer, and its refusal. */
import { expect } from 'vitest';
import { WIRE_SCHEMA } from '../../../host/protocol/schema.js';
import { bulk } from '../../../host/protocol/schema/bulk.js';
import { commands as commandGroup } from '../../../host/protocol/schema/commands.js';
import { time } from '../../../host/protocol/schema/time.js';
import { readObject } from '../../../host/serial/object-reader.js';
import { DEFAULT_PATIENT } from '../../../host/records/synthetic/files.js';
import { synthesizePatient } from '../../../host/records/synthetic/patient.js';
import { toAcquisition } from '../../../host/records/acquisition.js';
import type { Bench } from '../bench.js';
import { hil } from '../kit.js';

/** `done`, or why not. */
const outcome = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: { where?: { reason?: string } }) => error.where?.reason ?? error,
  );

export function commandTests(bench: Bench): void {
  hil(bench, 'obeys commands and says why it refuses', {}, async (device) => {
    const { commands } = device;
    const { bootId } = await device.restart();
    expect(await commands.selfTest()).toBe('passed');
    expect(await outcome(commands.explainClass(200))).toBe('no_such_class');
    expect(await outcome(commands.explainClass(0))).toBe('done');
    expect(await outcome(commands.explainClass('winner'))).toBe('done');
    const interval = await commands.setting('result_interval_ms');
    expect(await outcome(commands.change('result_interval_ms', interval.least - 1))).toBe(
      'out_of_range',
    );
    expect(await commands.change('result_interval_ms', 5000)).toMatchObject({ value: 5000 });
    expect((await commands.time()).timeOfDay).toBeUndefined();
    const now = new Date('2026-03-01T12:34:56.789Z');
    await commands.setTime(now);
    const { timeOfDay } = await commands.time();
    device.records.measure(
      'time since the time was set',
      (timeOfDay?.getTime() ?? NaN) - now.getTime(),
      'ms',
      {
        least: 0,
        most: 10_000,
      },
    );
    const testSignal = bench.fixtures.has('test_signal') ? 'done' : 'not_built_in';
    expect(await outcome(commands.showTestSignal(true))).toBe(testSignal);
    expect(await outcome(commands.showTestSignal(false))).toBe(testSignal);
    expect(await outcome(readObject(device.asked, 'network_input'))).toBe('not_there');
    expect(await outcome(readObject(device.asked, 'crash_record'))).toBe('not_there');
    await commands.reboot(bootId);
    const next = await device.hello({ otherThan: bootId });
    // Asked again for a run that is over, it does not end the one that goes on.
    expect(await commands.reboot(bootId)).toBe(next.bootId);
    // Kept where the board has flash for it: the tests that follow want it as it was.
    expect([interval.value, 5000]).toContain((await commands.setting('result_interval_ms')).value);
    expect(await commands.change('result_interval_ms', interval.value)).toMatchObject({
      value: interval.value,
    });
  });

  hil(
    bench,
    'rests and goes on, and gives the input of an answer',
    { needs: ['inject'] },
    async (device) => {
      const { commands } = device;
      const { classNames } = await device.restart();
      const record = toAcquisition(synthesizePatient({ ...DEFAULT_PATIENT, durationS: 11 }).record);
      await commands.stop();
      const playing = device.inject({ microvolt: record.microvolt, speed: bench.speed });
      // Nothing is acquired while it rests; the answer to a question shows that it lives.
      await commands.time();
      expect(device.eventsOf('samples')).toEqual([]);
      await commands.start();
      await playing;
      const { resultId } = device.eventsOf('result').at(-1) ?? (await device.expectResult());
      await commands.explain(classNames.length - 1, 'gradient_x_input');
      const asked = await device.expect('explanation', (event) => event.resultId > resultId);
      expect(asked.classIndex).toBe(classNames.length - 1);
      const { bytes } = await readObject(device.asked, 'network_input');
      device.records.measure('input of an answer', bytes.length, 'bytes', { least: 8000 });
    },
  );

  hil(bench, 'has been asked every command that the wire has', { needs: ['inject'] }, () => {
    const groups = [commandGroup, time, bulk].flatMap(({ messages }) => messages);
    const wanted = WIRE_SCHEMA.messages
      .filter(
        ({ name, direction }) =>
          direction === 'host_to_device' && groups.some((m) => m.name === name),
      )
      .map(({ name }) => name);
    expect(wanted.filter((name) => !bench.device.askedKinds.has(name as never))).toEqual([]);
    return Promise.resolve();
  });
}
