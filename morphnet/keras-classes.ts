// Activations and regularizers of Keras that tfjs lacks, registered with it under Keras's names.
import * as tf from '@tensorflow/tfjs';

type Config = tf.serialization.ConfigDict;

/** Names that `tf.layers.activation` takes beside its own, once this is imported. */
export type KerasActivationName =
  | 'hardSigmoidSixth'
  | 'hardSilu'
  | 'hardSwish'
  | 'silu'
  | 'leakyRelu'
  | 'geluNew';

/** An activation as tfjs's layers call it; from `activation: NAME` they make one of the class of that name. */
abstract class KerasActivation extends tf.serialization.Serializable {
  abstract apply(x: tf.Tensor): tf.Tensor;

  getConfig(): Config {
    return {};
  }
}

/** min(max(x / 6 + ½, 0), 1): hard_sigmoid of Keras 3; that of Keras 2 and tfjs has a slope of 0.2. */
class HardSigmoidSixth extends KerasActivation {
  static className = 'hardSigmoidSixth';

  apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.clipByValue(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1));
  }
}

/** x · min(max(x / 6 + ½, 0), 1). */
class HardSilu extends KerasActivation {
  static className = 'hardSilu';

  apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.mul(tf.mul(x, 1 / 6), tf.relu6(tf.add(x, 3))));
  }
}

class HardSwish extends HardSilu {
  static override className = 'hardSwish';
}

/** Swish by Keras 3's name. */
class Silu extends KerasActivation {
  static className = 'silu';

  apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
  }
}

/** As a name it has a slope of 0.2. */
class LeakyRelu extends KerasActivation {
  static className = 'leakyRelu';

  apply(x: tf.Tensor): tf.Tensor {
    return tf.leakyRelu(x, 0.2);
  }
}

/** tfjs has it, but looks for it under this name when it loads what it saved. */
class GeluNew extends KerasActivation {
  static className = 'geluNew';

  apply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.square(x)))));
      return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
    });
  }
}

/** Keras's regularizers of one norm become tfjs's of both. */
class L1 extends tf.serialization.Serializable {
  static className = 'L1';

  static override fromConfig<T extends tf.serialization.Serializable>(_: unknown, { l1 }: Config): T {
    return tf.regularizers.l1({ l1: l1 as number }) as unknown as T;
  }

  getConfig(): Config {
    return {};
  }
}

class L2 extends tf.serialization.Serializable {
  static className = 'L2';

  static override fromConfig<T extends tf.serialization.Serializable>(_: unknown, { l2 }: Config): T {
    return tf.regularizers.l2({ l2: l2 as number }) as unknown as T;
  }

  getConfig(): Config {
    return {};
  }
}

const { classNameMap } = tf.serialization.SerializationMap.getMap();
for (const one of [HardSigmoidSixth, HardSilu, HardSwish, Silu, LeakyRelu, GeluNew, L1, L2]) {
  if (!(one.className in classNameMap)) tf.serialization.registerClass(one);
}
