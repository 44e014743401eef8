"""Writes usm_vectors.tsv: keys and whole messages for each pair of protocols, by foreign implementations.

Hashes and HMAC are hashlib's, ciphers those of `cryptography` (OpenSSL). Keys for privacy are pysnmp's; pysnmp also deciphers what
was enciphered. Run with cryptography 48 and pysnmp 7.1: `python3 usm_vectors.py > usm_vectors.tsv`.
"""

import hashlib
import hmac

from cryptography.hazmat.decrepit.ciphers import algorithms as old
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from pyasn1.type.univ import OctetString
from pysnmp.proto.secmod import rfc3414  # first, or pysnmp's modules import each other in a circle
from pysnmp.proto.secmod.eso.priv import aes192, aes256, des3
from pysnmp.proto.secmod.rfc3414.auth import hmacmd5, hmacsha
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes
from pysnmp.proto.secmod.rfc7860.auth import hmacsha2

ENGINE = bytes.fromhex("80001f88047261636b")
AUTH_PASSWORD, PRIV_PASSWORD = b"maplesyrup", b"pancakes and eggs"
BOOTS, TIME, SALT = 3, 1000, 0x0102030405060708

AUTH = {
    "md5": (hashlib.md5, 12, hmacmd5.HmacMd5.SERVICE_ID),
    "sha1": (hashlib.sha1, 12, hmacsha.HmacSha.SERVICE_ID),
    "sha224": (hashlib.sha224, 16, hmacsha2.HmacSha2.SHA224_SERVICE_ID),
    "sha256": (hashlib.sha256, 24, hmacsha2.HmacSha2.SHA256_SERVICE_ID),
    "sha384": (hashlib.sha384, 32, hmacsha2.HmacSha2.SAH384_SERVICE_ID),
    "sha512": (hashlib.sha512, 48, hmacsha2.HmacSha2.SHA512_SERVICE_ID),
}
PRIV = {
    "des": des.Des(),
    "3des": des3.Des3(),
    "aes128": aes.Aes(),
    "aes192-blumenthal": aes192.AesBlumenthal192(),
    "aes192-reeder": aes192.Aes192(),
    "aes256-blumenthal": aes256.AesBlumenthal256(),
    "aes256-reeder": aes256.Aes256(),
}


def master(algorithm, password):
    return algorithm((password * (2**20 // len(password) + 1))[: 2**20]).digest()


def tlv(tag, *content):
    content = b"".join(content)
    size = len(content)
    head = bytes([tag, size]) if size < 128 else bytes([tag, 0x81, size]) if size < 256 else bytes([tag, 0x82, size >> 8, size & 255])
    return head + content


def integer(value, tag=2):
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(octets):
    return tlv(4, octets)


def scoped():
    varbind = tlv(0x30, tlv(6, bytes.fromhex("2b06010201010300")), integer(123456, 0x43))
    body = tlv(0xA2, integer(9), integer(0), integer(0), tlv(0x30, varbind))
    return tlv(0x30, text(ENGINE), text(b""), body)


def encrypted(name, key, data):
    """The privacy parameters, and what they lead to."""
    if name in ("des", "3des"):
        salt = BOOTS.to_bytes(4, "big") + (SALT & 0xFFFFFFFF).to_bytes(4, "big")
        key, pre_iv = key[:-8], key[-8:]
        iv = bytes(a ^ b for a, b in zip(pre_iv, salt))
        cipher = Cipher(old.TripleDES(key * (24 // len(key))), modes.CBC(iv)).encryptor()
        data += bytes(-len(data) % 8)
    else:
        salt = SALT.to_bytes(8, "big")
        cipher = Cipher(algorithms.AES(key), CFB(BOOTS.to_bytes(4, "big") + TIME.to_bytes(4, "big") + salt)).encryptor()
    return salt, cipher.update(data) + cipher.finalize()


def message(algorithm, code_len, auth_key, salt, data):
    header = tlv(0x30, integer(7), integer(1472), text(b"\x03"), integer(3))

    def whole(code):
        usm = tlv(0x30, text(ENGINE), integer(BOOTS), integer(TIME), text(b"reader"), text(code), text(salt))
        return tlv(0x30, integer(3), header, text(usm), text(data))

    code = hmac.new(auth_key, whole(bytes(code_len)), algorithm).digest()[:code_len]
    return whole(code)


def main():
    print("auth", "priv", "master", "localised", "privacy", "message", sep="\t")
    for auth, (algorithm, code_len, service) in AUTH.items():
        key = master(algorithm, AUTH_PASSWORD)
        localised = algorithm(key + ENGINE + key).digest()
        for priv, foreign in PRIV.items():
            privacy = foreign.localize_key(service, foreign.hash_passphrase(service, PRIV_PASSWORD), OctetString(ENGINE))
            salt, data = encrypted(priv, privacy.asOctets(), scoped())
            again = foreign.decrypt_data(privacy, (BOOTS, TIME, OctetString(salt)), OctetString(data))
            assert bytes(again).startswith(scoped()), (auth, priv)
            whole = message(algorithm, code_len, localised, salt, data)
            print(auth, priv, key.hex(), localised.hex(), privacy.asOctets().hex(), whole.hex(), sep="\t")


main()
