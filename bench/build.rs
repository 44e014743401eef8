//! Builds the C side of the feature `net-snmp`; nothing without it.

fn main() {
    println!("cargo::rerun-if-changed=net-snmp/codec.c");
    #[cfg(feature = "net-snmp")]
    {
        cc::Build::new()
            .file("net-snmp/codec.c")
            .warnings(true)
            .compile("codec");
        println!("cargo::rustc-link-lib=netsnmp");
    }
}
