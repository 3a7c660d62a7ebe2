import java.awt.*;
import java.awt.image.BufferedImage;
public class Main { public static void main(String[] a) throws Exception { System.out.println(new BufferedImage(3,3,1).createGraphics().getFontMetrics().stringWidth("a")); } }
