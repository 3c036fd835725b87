/** What a page may ask of the device: the words of `host/serial/device-commands.ts` as JSON. */
import { IsochroneError } from '../../codegen/errors.js';
import { METHOD_VALUES, SETTING_VALUES, type Method, type Setting } from '../protocol/messages.js';
import type { DeviceCommands } from '../serial/device-commands.js';

export type PageCommand =
  | { readonly name: 'start' | 'stop' | 'self-test' | 'set-time' | 'layer-times' }
  | { readonly name: 'reboot'; readonly bootId: number }
  | { readonly name: 'explain-class'; readonly classIndex: number | 'winner' }
  | {
      readonly name: 'explain';
      readonly classIndex: number | 'winner';
      readonly method: Method;
    }
  | { readonly name: 'settings' }
  | { readonly name: 'set'; readonly setting: Setting; readonly value: number };

/** @throws {IsochroneError} PAGE_COMMAND_INVALID */
export function commandOf(body: unknown): PageCommand {
  const { name, bootId, classIndex, method, setting, value } = (body ?? {}) as Readonly<
    Record<string, unknown>
  >;
  const ofClass = classIndex === 'winner' || isWhole(classIndex) ? classIndex : undefined;
  switch (name) {
    case 'start':
    case 'stop':
    case 'self-test':
    case 'set-time':
    case 'settings':
    case 'layer-times':
      return { name };
    case 'reboot':
      if (isWhole(bootId)) return { name, bootId };
      break;
    case 'explain-class':
      if (ofClass !== undefined) return { name, classIndex: ofClass };
      break;
    case 'explain': {
      const known = METHOD_VALUES.find((each) => each === method);
      if (ofClass !== undefined && known !== undefined) {
        return { name, classIndex: ofClass, method: known };
      }
      break;
    }
    case 'set': {
      const known = SETTING_VALUES.find((each) => each === setting);
      if (known !== undefined && isWhole(value)) return { name, setting: known, value };
      break;
    }
    default:
      break;
  }
  throw new IsochroneError('PAGE_COMMAND_INVALID', 'The page asked for no command that there is.', {
    hint: 'Reload the page; it and the monitor may be of different versions.',
  });
}

/** @returns what the page shows: words, or the settings. @throws {IsochroneError} DEVICE_REFUSED, DEVICE_SILENT, LINK_* */
export async function runCommand(device: DeviceCommands, command: PageCommand): Promise<unknown> {
  switch (command.name) {
    case 'start':
      await device.start();
      return { said: 'acquiring' };
    case 'stop':
      await device.stop();
      return { said: 'stopped acquiring' };
    case 'self-test':
      return { said: `self-test: ${(await device.selfTest()).replaceAll('_', ' ')}` };
    case 'set-time':
      await device.setTime(new Date());
      return { said: 'has this host’s time' };
    case 'layer-times':
      return { layerMicroseconds: await device.layerMicroseconds() };
    case 'reboot':
      await device.reboot(command.bootId);
      return { said: 'restarted' };
    case 'explain-class':
      await device.explainClass(command.classIndex);
      return { said: 'explains it from the next result on' };
    case 'explain':
      await device.explain(command.classIndex, command.method);
      return { said: 'explains it now' };
    case 'settings': {
      const settings: Record<string, unknown> = {};
      for (const name of SETTING_VALUES) settings[name] = await device.setting(name);
      return { settings };
    }
    case 'set': {
      const { value } = await device.change(command.setting, command.value);
      return { said: `${command.setting} is ${value}` };
    }
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
