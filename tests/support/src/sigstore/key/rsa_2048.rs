//! The one RSA key. TEST KEY: its primes are published here.

use rsa::BoxedUint;
use rsa::PrivateKey;

const FIRST_PRIME: &str = "d40336095cf869f4d26ee7e5e3b21cd76db7b3f076d01d89c89c31978e80888ce965a2d411056e8b5d217caad3bba0197e89fb0e1043\
62857ea192953b829cd63c43376a010f4087b9a63932ee6a668f49e1abaa639f8faa693a6e601517ebb0c9b05a3d4d308e088a15187db20b33557f5010d07abaaea4\
f4d2f613a54de4a1";
const SECOND_PRIME: &str = "bab8c6f37747b76e6bfe11e9c42deae98576202db2c4fe62104c63eaddf34b22ff45ea61a8de44a8387eae3adedd824c3b5af1e3feb\
ca1f699b0321a66a2cb128f8690307a414256e894263eeea993e2df5a10ac3c8bb25d256070f4c7aaa10f9e934b9020aa3ae9b9e7f1e4c9ee4540e86ab2d69aaed4d\
dba32bdba213aa513";

pub(super) fn key() -> PrivateKey {
    let [first, second] = [FIRST_PRIME, SECOND_PRIME].map(number);
    PrivateKey::from_p_q(first, second, BoxedUint::from(65_537_u64)).expect("OpenSSL found these primes")
}

fn number(hexadecimal: &str) -> BoxedUint {
    BoxedUint::from_str_radix_vartime(hexadecimal, 16).expect("it is written in hexadecimal")
}
